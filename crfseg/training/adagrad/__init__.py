"""AdaGrad: the built-in trainer.

::

    fit      fit(): passes, dev scores, the best pass kept
    passes   passes over the sentences by all threads
    state    weights and AdaGrad's sums, from and to models
    kernels  gradients and steps, compiled
    lattice  forward and backward sums of a sentence
"""
