"""The built-in algorithm: AdaGrad over mini-batches, multi-threaded, weights averaged.

=======  ===================================================================
fit      passes until the stopping rule holds; checkpoints; the best pass
passes   Trainer: one pass over the sentences, in threads
kernels  Batches: gradients and AdaGrad steps, compiled
lattice  forward-backward on one sentence, and the gradient
state    TrainingState: weights, squared gradients, average; model in and out
=======  ===================================================================
"""
