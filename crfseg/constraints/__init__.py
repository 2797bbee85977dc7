"""Constraints on segmentation: a user's words, and rules such as numbers, dates and URLs.

==================  ===============================================================
user_lexicon        UserLexicon: a user's words, compiled to a trie
lexicon_files       readers of lexicon files: crfseg, jieba, pkuseg, THULAC
rules               the rules: patterns, trigger characters, defaults
ruleset             Ruleset: rules that are on; their matches and constraints
rule_prefilter      search for trigger characters, and constraints from matches
rule_defaults       rule counts on the corpus; which rules are on
==================  ===============================================================
"""
