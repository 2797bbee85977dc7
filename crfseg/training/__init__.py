"""Training: from segmented corpora to a model.

::

    train       train(): texts, dataset, weights, model
    texts       the texts of a training, read and checked
    settings    Settings: algorithm, features, tags, checked
    parameters  parameters of the algorithms
    algorithm   the algorithms as objects
    task        what an algorithm takes and returns
    adagrad     the built-in trainer
    crfsuite    CRFsuite's algorithms
    checkpoint  a training's state in a file
    memory      the memory forecast
    record      what the model says of its training
    progress    what callbacks get
"""
