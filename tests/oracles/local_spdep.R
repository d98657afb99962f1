#!/usr/bin/env Rscript
# Writes local_spdep.json: Gi* with binary weights and local Moran with row-standardised weights by spdep, for several maps.
#
# Maps: lattices with queen and rook neighbours, one with holes and islands, points within a distance, points with mutual
# nearest neighbours, a star whose hub has the whole map for a window, and a constant one. Neighbours (from 0, without the
# place itself) and values are stored. null stands for what spdep divides by 0.
#
# Quadrants are those that spdep calls "pysal": neighbours are high where their mean is above that of all places. Those that it
# calls "mean" hold them against the mean of all neighbours' means; "quadrants_that_differ" counts where that matters.
#
# For counts there are also the tails of the window's count and their q by R itself: pbinom with the window's share of the
# places, and p.adjust (BH, BY).
#
# usage: Rscript local_spdep.R > local_spdep.json    (Debian: r-base-core r-cran-spdep)

source(file.path(dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
suppressWarnings(suppressPackageStartupMessages(library(spdep)))
invisible(set.ZeroPolicyOption(TRUE))

case <- function(name, neighbours, values, counts) {
  attributes(neighbours) <- list(class = "nb", region.id = as.character(seq_along(values)), sym = TRUE)
  stopifnot(is.symmetric.nb(neighbours, verbose = FALSE))
  star <- nb2listw(include.self(neighbours), style = "B", zero.policy = TRUE)
  gi <- as.numeric(localG(values, star, zero.policy = TRUE))
  moran <- localmoran(values, nb2listw(neighbours, style = "W", zero.policy = TRUE), zero.policy = TRUE)
  lists <- lapply(neighbours, function(list) list[list > 0])
  found <- list(
    name = name,
    neighbours = lapply(lists, function(list) row_of(list - 1)),
    values = row_of(values),
    gi_star = row_of(gi),
    moran = row_of(as.numeric(moran[, "Ii"])),
    quadrant = row_of(as.character(attr(moran, "quadr")$pysal)),
    quadrants_that_differ = sum(attr(moran, "quadr")$pysal != attr(moran, "quadr")$mean)
  )
  if (counts) {
    window <- vapply(seq_along(values), function(at) sum(values[c(at, lists[[at]])]), 0)
    share <- (lengths(lists) + 1) / length(values)
    high <- pbinom(window - 1, sum(values), share, lower.tail = FALSE)
    found <- c(found, list(
      p_high = row_of(high),
      p_low = row_of(pbinom(window, sum(values), share)),
      q_bh = row_of(p.adjust(high, "BH")),
      q_by = row_of(p.adjust(high, "BY"))
    ))
  }
  found
}

between <- function(draw, count, from, to) from + floor(draw(count) * (to - from + 1))

draw <- generator(20240611)
queen <- cell2nb(12, 9, type = "queen")
counts <- between(draw, 108, 0, 4)
counts[c(30, 31, 42, 43, 44, 55)] <- 19:24
rook <- cell2nb(15, 7, type = "rook")
real <- between(draw, 105, -4000, 4000) / 8

# 11 x 10 cells without every seventh and without those around the first and the last, which then touch nothing.
lattice <- cell2nb(11, 10, type = "queen")
keep <- seq_len(110) %% 7 != 3
keep[unlist(lattice[c(1, 110)])] <- FALSE
holed <- subset(lattice, keep)
kept <- sum(keep)

x <- cbind(between(draw, 80, 0, 999), between(draw, 80, 0, 999))
within <- dnearneigh(x, 0, 130)
far_up <- 1e6 + between(draw, 80, 0, 500) / 16
y <- cbind(between(draw, 70, 0, 9999), between(draw, 70, 0, 9999))
nearest <- make.sym.nb(knn2nb(knearneigh(y, 4)))
star <- c(list(2:9), rep(list(1L), 8))

write_oracle(made_by("local_spdep.R", "spdep"), list(maps = list(
  case("queen 12 x 9, counts", queen, counts, TRUE),
  case("rook 15 x 7, real values", rook, real, FALSE),
  case("queen with holes, sparse counts", holed, between(draw, kept, 0, 1) * between(draw, kept, 0, 2), TRUE),
  case("points within 130 m, far from 0", within, far_up, FALSE),
  case("4 nearest, counts", nearest, between(draw, 70, 0, 9) * between(draw, 70, 0, 9), TRUE),
  case("a star", star, c(3, 1, 4, 1, 5, 9, 2, 6, 5), TRUE),
  case("constant", cell2nb(5, 5, type = "queen"), rep(2, 25), FALSE)
)))
