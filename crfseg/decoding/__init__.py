"""Decoding: the best tags, the k best and marginal probabilities of a sentence, compiled.

==============  ====================================================================
compile         compiles a model for tagging, once for all segmenters
weight_index    hash tables from patterns to packed weights; emissions
decoder         Decoder: lexicon matching, emissions, best tags of sentences
viterbi         Viterbi forward pass in integers, with word arcs
nbest_viterbi   the k best tag sequences of a sentence
marginals       Marginals: probabilities of words and tags, log Z, entropy
word_sums       word arcs of user words in sums over tag sequences
word_trie       Trie: finds the words of a user's lexicon
sentence        Sentence: one sentence and its work space
text_io         reads lines from str or UTF-8, writes words
tagger          Tagger: segments strings to words, UTF-8 to UTF-8
reference       the linear-chain CRF in numpy, for tests of the kernels
==============  ====================================================================
"""
