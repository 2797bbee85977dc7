"""Memory prefetch, if the compiler has it."""

cdef extern from *:
    """
    #if defined(__GNUC__) || defined(__clang__)
      #define CRFSEG_PREFETCH(address) __builtin_prefetch(address)
    #else
      #define CRFSEG_PREFETCH(address) ((void)(address))
    #endif
    """
    void prefetch "CRFSEG_PREFETCH"(const void *address) noexcept nogil
