"""Constraints: what users and rules require of a segmentation.

::

    user_lexicon    UserLexicon: the user's words and their strengths
    lexicon_files   files of words, in four formats
    rules           patterns of numbers, dates, URLs and others
    ruleset         the rules that are on, as boundary constraints
    rule_defaults   rules on or off, as the training corpus has it
    rule_prefilter  text that can match no rule, skipped fast
"""
