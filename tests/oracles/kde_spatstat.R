#!/usr/bin/env Rscript
# Writes kde_spatstat.json: kernel sums, edge shares, the criterion of cross-validation and the rule of thumb by spatstat.
#
# 24 x 20 cells of 100 m, 80 cases and 120 controls with coordinates in quarters of a metre, some of them copies. All are stored.
#
# - fixed: density.ppp(at = "points", edge = FALSE) at the middles of cells, which take part with weight 0. spatstat's sigma is
#   the standard deviation along an axis, so that the Epanechnikov kernel ends at sigma sqrt(6) and the quartic one at sigma
#   sqrt(8). Its Gaussian is summed out to 40 sigma. Events per square kilometre, row by row from the south, each from the west.
# - edges: the share of a cell's kernel in the window as density.ppp(at = "pixels", edge = TRUE) has it: sums over cells, by
#   Fourier transform on a grid twice as wide and as high. "exact" is what density.ppp(at = "points", edge = TRUE) divides by
#   for the Gaussian in a rectangle: the integral.
# - pixels: density.ppp(at = "pixels", edge = TRUE) as a whole, of cases moved to the middles of their cells; Gaussian.
# - diggle: the same with diggle = TRUE, each event divided by its own share.
# - ppl: bw.ppl(shortcut = TRUE) at given bandwidths: the sum over cases of ln of the sum of the others' kernels.
# - thumb: bw.scott, along each axis.
# - risk: kernel sums of cases and controls with one Epanechnikov kernel.
#
# usage: Rscript kde_spatstat.R > kde_spatstat.json    (Debian: r-base-core r-cran-spatstat.explore)

source(file.path(dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
suppressWarnings(suppressPackageStartupMessages(library(spatstat.explore)))

west <- 580000
south <- 6602000
side <- 100
columns <- 24
rows <- 20
window <- owin(west + c(0, side * columns), south + c(0, side * rows))
cells <- expand.grid(x = west + side * (seq_len(columns) - 0.5), y = south + side * (seq_len(rows) - 0.5))

quarters <- function(values) floor(values * 4) / 4
some <- function(draw, loose, tight, copies, x, y) {
  u <- matrix(draw(2 * loose), ncol = 2)
  v <- matrix(draw(6 * tight), ncol = 6)
  inner <- cbind(x + 400 * (rowSums(v[, 1:3]) - 1.5), y + 300 * (rowSums(v[, 4:6]) - 1.5))
  p <- rbind(cbind(u[, 1] * side * columns, u[, 2] * side * rows), inner)
  p <- rbind(p, p[rep(2, copies), ])
  cbind(west + quarters(p[, 1]), south + quarters(p[, 2]))
}
draw <- generator(20240612)
cases <- some(draw, 30, 44, 6, 900, 1100)
controls <- some(draw, 80, 40, 0, 1500, 700)
pattern <- function(p) suppressWarnings(ppp(p[, 1], p[, 2], window = window))

# h is our bandwidth.
axis <- c(epanechnikov = 1 / sqrt(6), quartic = 1 / sqrt(8), gaussian = 1)
sums <- function(p, kernel, h) {
  both <- pattern(rbind(p, as.matrix(cells)))
  found <- density(both, sigma = h * axis[[kernel]], kernel = kernel, at = "points", edge = FALSE, leaveoneout = FALSE,
                   weights = rep(c(1, 0), c(nrow(p), nrow(cells))),
                   cutoff = if (kernel == "gaussian") 40 * h else NULL)
  as.numeric(found)[-seq_len(nrow(p))] * 1e6
}
by_row <- function(image) as.vector(t(as.matrix(image)))
share <- function(kernel, h) {
  by_row(second.moment.calc(pattern(cases), h * axis[[kernel]], what = "edge", kernel = kernel, dimyx = c(rows, columns)))
}

fixed <- list()
edges <- list()
for (kernel in names(axis)) {
  for (h in c(100, 230, 777.75)) {
    fixed[[length(fixed) + 1]] <- list(kernel = kernel, bandwidth = h, values = row_of(sums(cases, kernel, h)))
  }
  # With the Gaussian, a grid twice as wide holds all but 1e-15 of a kernel up to here.
  for (h in if (kernel == "gaussian") c(150, 230) else c(150, 600)) {
    found <- list(kernel = kernel, bandwidth = h, sums = row_of(sums(cases, kernel, h)), shares = row_of(share(kernel, h)))
    if (kernel == "gaussian") {
      both <- pattern(as.matrix(cells))
      found$exact <- row_of(densitypointsEngine(both, h, edge = TRUE, spill = TRUE)$edg)
    }
    edges[[length(edges) + 1]] <- found
  }
}

middle <- function(values, from) from + side * (floor((values - from) / side) + 0.5)
moved <- cbind(middle(cases[, 1], west), middle(cases[, 2], south))
pixels <- function(h, diggle) {
  by_row(density(pattern(moved), sigma = h, dimyx = c(rows, columns), edge = TRUE, diggle = diggle)) * 1e6
}

# Places that differ, and bandwidths at which each has another in reach, since ln 0 is no number.
places <- unique(cases)
bandwidths <- 750 * 1.1^(0:7)
criterion <- bw.ppl(pattern(places), sigma = bandwidths / sqrt(6), kernel = "epanechnikov", edge = FALSE, shortcut = TRUE,
                    warn = FALSE)
stopifnot(all(is.finite(attr(criterion, "cv"))), all.equal(attr(criterion, "h"), bandwidths / sqrt(6)))

h <- 300
of_cases <- sums(cases, "epanechnikov", h)
of_controls <- sums(controls, "epanechnikov", h)

write_oracle(made_by("kde_spatstat.R", c("spatstat.explore", "spatstat.geom")), list(
  frame = list(west = west, south = south, side = side, columns = columns, rows = rows),
  cases = rows_of(cases),
  controls = rows_of(controls),
  fixed = fixed,
  edges = edges,
  moved = rows_of(moved),
  pixels = list(bandwidth = 200, uniform = row_of(pixels(200, FALSE)), diggle = row_of(pixels(200, TRUE))),
  ppl = list(bandwidths = row_of(bandwidths), criterion = row_of(attr(criterion, "cv"))),
  thumb = row_of(as.numeric(bw.scott(pattern(places)))),
  risk = list(bandwidth = h, cases = row_of(of_cases), controls = row_of(of_controls))
))
