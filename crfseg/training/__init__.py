"""Training: from segmented corpora to a model with its record.

==========  ================================================================
train       train(): reads, encodes, fits, calibrates
settings    Settings: algorithm, features, tags and precision, checked
texts       Texts: corpora, raw text and word lists, read and checked
algorithm   Algorithm: name, abilities and fit function of each
parameters  parameters of the algorithms: types, defaults, ranges
task        Task and Outcome: input and result of an algorithm
adagrad     the built-in algorithm, with compiled kernels
crfsuite    CRFsuite's algorithms, through sklearn-crfsuite
progress    Progress: the report of one iteration
checkpoint  Checkpoint: the state of a training in a file
memory      forecast of the memory that training needs
record      the record of a training that a model keeps
==========  ================================================================
"""
