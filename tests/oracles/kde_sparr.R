#!/usr/bin/env Rscript
# Writes kde_sparr.json: densities with Abramson's bandwidths by sparr, with and without its edge correction, and a log ratio.
#
# 20 x 20 cells of 100 m (sparr wants a square), events at the middles of cells, because sparr reads the pilot density at the
# event's pixel and spatstat below it moves events there. All are stored. Gaussian kernel, which is the only one; intensity,
# so that nothing is divided by its integral.
#
# - none: bivariate.density(adapt = TRUE, edge = "none"), pilot and final bandwidth alike; `widths` of the events; per km²,
#   row by row from the south, each from the west.
# - diggle: the same with edge = "diggle": each event divided by the share of its own kernel in the window, summed over cells.
#   The pilot is the uncorrected one here too.
# - risk: risk() of two such densities with adapt = TRUE, natural log, each divided by its integral; edge = "none".
#
# usage: Rscript kde_sparr.R > kde_sparr.json    (Debian: r-base-core r-cran-sparr)

source(file.path(dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
suppressWarnings(suppressPackageStartupMessages(library(sparr)))

west <- 580000
south <- 6602000
side <- 100
across <- 20
window <- owin(west + c(0, side * across), south + c(0, side * across))

some <- function(draw, loose, tight, x, y) {
  u <- matrix(draw(2 * loose), ncol = 2) * across
  v <- matrix(draw(6 * tight), ncol = 6)
  p <- rbind(u, cbind(x + 5 * (rowSums(v[, 1:3]) - 1.5), y + 4 * (rowSums(v[, 4:6]) - 1.5)))
  cbind(west, south)[rep(1, nrow(p)), ] + side * (floor(p) + 0.5)
}
draw <- generator(20240613)
cases <- some(draw, 40, 60, 8, 12)
controls <- some(draw, 100, 50, 13, 6)
pattern <- function(p) suppressWarnings(ppp(p[, 1], p[, 2], window = window))
by_row <- function(image) as.vector(t(as.matrix(image)))

h <- 300
pilot <- function(p) density(pattern(p), sigma = h, edge = FALSE, dimyx = c(across, across), positive = TRUE)
adaptive <- function(p, edge) {
  suppressWarnings(bivariate.density(pattern(p), h0 = h, adapt = TRUE, resolution = across, edge = edge, intensity = TRUE,
                                     pilot.density = pilot(p), verbose = FALSE))
}
answer <- function(found) list(widths = row_of(found$h), values = row_of(by_row(found$z) * 1e6))
none <- adaptive(cases, "none")
# The same without a pilot density given: sparr's own is that one.
own <- suppressWarnings(bivariate.density(pattern(cases), h0 = h, adapt = TRUE, resolution = across, edge = "none",
                                          intensity = TRUE, verbose = FALSE))
stopifnot(all.equal(own$h, none$h, tolerance = 1e-12), min(none$h) > 1.5 * side)
share <- function(p) {
  found <- adaptive(p, "none")
  found$z <- found$z / integral(found$z)
  found
}
ratio <- risk(share(cases), share(controls), log = TRUE, verbose = FALSE)

write_oracle(made_by("kde_sparr.R", c("sparr", "spatstat.explore")), list(
  frame = list(west = west, south = south, side = side, columns = across, rows = across),
  cases = rows_of(cases),
  controls = rows_of(controls),
  bandwidth = h,
  none = answer(none),
  diggle = answer(adaptive(cases, "diggle")),
  risk = row_of(by_row(ratio$rr))
))
