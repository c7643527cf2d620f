"""The window of hwcalc: a sheet you write sums on. One feature a module, put together in `window`."""
