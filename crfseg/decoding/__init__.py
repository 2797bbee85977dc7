"""Decoding: the compiled CRF, from text to best path, sums and n-best list.

::

    reference      the CRF in readable numpy, the kernels' reference
    compile        a model's tables made ready for the decoder
    weight_index   n-grams to blocks of weights
    viterbi        the search for the best path, user words in it
    decoder        a sentence's symbols to its tags
    sentence       a sentence and its work space
    marginals      probabilities of words and tags
    nbest_viterbi  the k best paths
    word_trie      a user's words found in text
    word_sums      a user's words in sums
    text_io        lines read, words written
    tagger         text in, words out
"""
