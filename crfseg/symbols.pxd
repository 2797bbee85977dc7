"""What compiled modules know of symbols.py: the entries that are no character's, hashes of keys."""

from libc.stdint cimport int64_t, uint32_t, uint64_t

cdef enum:  # as in symbols.py, which a test holds them to
    BEGIN = 0x01010001  # <s> and </s> in each view
    END = 0x02020002
    BEYOND = 0x00030000
    WHITE_SPACE = 0xFFFFFFFE  # NEWLINE is white space too
    NEWLINE = 0xFFFFFFFF


cdef inline uint32_t entry_of(
    const uint32_t *entries, Py_ssize_t n_entries, int64_t code
) noexcept nogil:
    """Return the entry of a code point."""
    return entries[code] if code < n_entries else BEYOND


cdef inline uint64_t hash_of(uint64_t key) noexcept nogil:
    """Return the hash of an n-gram's key; its upper bits are good (Fibonacci hashing)."""
    return key * <uint64_t>0x9E3779B97F4A7C15  # 2**64 / golden ratio
