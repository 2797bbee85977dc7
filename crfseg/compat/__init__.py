"""What programs are used to: the functions of other segmenters, with crfseg behind them."""
