"""Declarations of weight_index.pyx."""

from libc.stdint cimport int32_t, uint32_t, uint64_t


cdef struct Part:
    int number  # 0 entry, 1 lexicon features, 2 word
    int step  # offset from the first symbol
    int shift  # of the symbol in the number
    uint32_t mask  # its bits, once they are lowest
    int low  # its lowest bit in the key


cdef struct Table:
    const uint32_t *rows  # [n_keys]: row + 1 of each key, 0 for none; or NULL, and
    uint64_t n_keys
    uint32_t *buckets  # [n_buckets, 16]
    uint64_t n_buckets
    uint32_t mask  # the bits of a slot that hold the row + 1
    const uint64_t *blocks  # [1 + n_rows, stride]; the first is of zeros
    uint32_t n_rows
    Py_ssize_t stride
    int n_symbols
    Part parts[8]  # where its symbols come from
    int width  # rows of a block
    int first  # the smallest offset of a first symbol from the character spoken to


cdef Py_ssize_t words_a_row(Py_ssize_t n_tags, int bits) noexcept nogil
cdef void fill_table(
    Table *table, finder, uint64_t[:, ::1] blocks, list parts, int width
)
cdef void send_for_keys(
    const Table *table, uint32_t **columns, Py_ssize_t at, Py_ssize_t n, uint64_t *keys
) noexcept nogil
cdef Py_ssize_t look_up(
    const Table *table, Py_ssize_t n, const uint64_t *keys, const uint64_t **found,
    int32_t *present,
) noexcept nogil
cdef void verify_rows(
    const Table *table, const int32_t *present, Py_ssize_t n_present, const uint64_t *keys,
    const uint64_t **found,
) noexcept nogil
cdef void add_up(
    const uint64_t **found, Py_ssize_t n, const Py_ssize_t *positions, const Py_ssize_t *lanes,
    Py_ssize_t n_terms, Py_ssize_t n_words, Py_ssize_t n_tags, int bits, int32_t *emissions,
) noexcept nogil
