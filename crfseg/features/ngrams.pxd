"""Declarations for compiled modules: entries of characters, their symbols, hashes of keys."""

from libc.stdint cimport int64_t, uint16_t, uint32_t, uint64_t

cdef enum:  # as in ngrams.py; a test compares them
    BEGIN = 0x01010001  # <s> and </s> in each view
    END = 0x02020002
    BEYOND = 0x00030000
    WHITE_SPACE = 0xFFFFFFFE  # NEWLINE is white space too
    NEWLINE = 0xFFFFFFFF
    FIRST = 0x0003  # the first symbol of a character


cdef inline uint32_t entry_of(
    const uint32_t *entries, Py_ssize_t n_entries, int64_t code
) noexcept nogil:
    """Return the entry of a code point, given those below ``n_entries``."""
    return entries[code] if code < n_entries else BEYOND


cdef inline uint16_t symbol_of(uint32_t entry) noexcept nogil:
    """Return the symbol of an entry in view C."""
    return <uint16_t>entry


cdef inline bint is_edge(uint32_t entry) noexcept nogil:
    """Return True for the entries of ``<s>`` and ``</s>``."""
    return 0 < symbol_of(entry) < FIRST


cdef inline uint64_t hash_of(uint64_t key) noexcept nogil:
    """Return the hash of an n-gram's key (Fibonacci hashing): use its upper bits."""
    return key * <uint64_t>0x9E3779B97F4A7C15  # 2**64 / golden ratio
