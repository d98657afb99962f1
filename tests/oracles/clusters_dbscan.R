#!/usr/bin/env Rscript
# Writes clusters_dbscan.json: core distances, DBSCAN and HDBSCAN* by R's dbscan package, for random sets.
#
# Points are stored, those for HDBSCAN* times 1024. Those for DBSCAN have whole metres, so that many pairs lie at exactly eps
# (3, 4, 5), and copies. Those for HDBSCAN* have 1/1024 m, so that no two distances tie except as every set of points ties: a
# point's core distance is the weight of its edges to all that lie within it.
#
# minPts counts the point itself in both. For HDBSCAN* it is the least size of a cluster as well.
#
# hdbscan() cuts edges of equal weight one after the other, where Campello, Moulavi & Sander (2013), algorithm 1, cut them at
# once. The point where two clusters meet then stays with whichever came last, and leaves it at the very level of its birth.
# Such points are taken out of their cluster here; "at_birth" says how many. A set in which a whole cluster lives for no time
# is passed over for the next, since there the order of cuts decides more than one point; "passed_over" says how many.
#
# By the paper a point leaves its cluster at the level below which what it still hangs together with has fewer than minPts
# points. The package lets it stay until nothing hangs together with it, which makes clusters look more stable than they are.
# So the level at which a point leaves is taken from the package's dendrogram with cutree(), and `stability` and `strength` are
# the sums and ratios of the paper with these levels; `longer` is the package's own stability over `stability`. Where its own
# ones make it select other clusters the set is passed over too ("selected_otherwise").
#
# With minPts copies at one place the package's cluster has infinite density; ours ends at the precision. Such a set is passed
# over as well ("endless").
#
# Its own membership_prob is another number, 1 - core distance / largest core distance in the cluster. `strength` here is
# the paper's, made of the package's hierarchy: density at which a point leaves the cluster over that at which the cluster ends.
#
# usage: Rscript clusters_dbscan.R > clusters_dbscan.json    (Debian: r-base-core r-cran-dbscan)

source(file.path(dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
suppressPackageStartupMessages(library(dbscan))

# `n` points: a share of `loose` anywhere, the others in places of unlike width; a share of `copies` repeats another.
points <- function(seed, n, side, grain, places, loose, copies) {
  draw <- generator(seed)
  place <- matrix(draw(3 * places), ncol = 3)
  u <- matrix(draw(8 * n), nrow = n, byrow = TRUE)
  at <- floor(u[, 2] * places) + 1
  width <- side * (0.01 + 0.06 * place[at, 3])
  x <- side * place[at, 1] + width * (u[, 3] + u[, 4] + u[, 5] - 1.5)
  y <- side * place[at, 2] + width * (u[, 6] + u[, 7] + u[, 8] - 1.5)
  anywhere <- u[, 1] < loose
  p <- floor(cbind(ifelse(anywhere, side * u[, 3], x), ifelse(anywhere, side * u[, 4], y)) / grain) * grain
  if (copies > 0) {
    again <- which(u[, 5] < copies & seq_len(n) > 1)
    p[again, ] <- p[floor(u[again, 8] * (again - 1)) + 1, ]
  }
  p
}

# Neighbours by the definition, in whole numbers: the script stops where the package's tree finds others.
core_by_definition <- function(p, eps, min_points) {
  square <- outer(p[, 1], p[, 1], "-")^2 + outer(p[, 2], p[, 2], "-")^2
  stopifnot(!any(square != floor(square)))
  list(core = rowSums(square <= eps^2) >= min_points, at_eps = (sum(square == eps^2)) / 2)
}

density_case <- function(seed, n, side, eps, min_points, copies) {
  p <- points(seed, n, side, 1, 10, 0.8, copies)
  truth <- core_by_definition(p, eps, min_points)
  found <- dbscan(p, eps, minPts = min_points)
  stopifnot(identical(as.logical(is.corepoint(p, eps, min_points)), truth$core))
  list(
    points = rows_of(p), eps = eps, min_points = min_points, at_eps = truth$at_eps,
    core = row_of(which(truth$core) - 1), cluster = row_of(found$cluster)
  )
}

# For each point the level below which it hangs together with fewer than `min_points`, itself counted.
leaving <- function(found, min_points) {
  heights <- sort(unique(found$hc$height), decreasing = TRUE)
  level <- rep(0, length(found$cluster))
  for (height in heights) {
    groups <- cutree(found$hc, h = height * (1 - 1e-12))
    level[level == 0 & table(groups)[groups] < min_points] <- height
  }
  level
}

hierarchy_case <- function(seed, n, min_points, copies) {
  p <- points(seed, n, 6000, 1 / 1024, 9, 1 / 3, copies)
  found <- hdbscan(p, minPts = min_points)
  tree <- attr(found, "hdbscan")
  children <- attr(tree, "cl_hierarchy")
  below <- function(id) c(id, unlist(lapply(children[[id]], function(part) below(as.character(part)))))
  ids <- names(tree)
  level <- leaving(found, min_points)
  stopifnot(unlist(lapply(ids, function(id) tree[[id]]$eps <= level[tree[[id]]$contains])))
  ends <- vapply(ids, function(id) {
    own <- tree[[id]]
    if (own$n_children > 0) own$eps_death else min(level[own$contains])
  }, 0)
  if (any(ends == 0)) return("endless")
  births <- vapply(ids, function(id) tree[[id]]$eps_birth, 0)
  if (any(ends[ids != "0"] == births[ids != "0"])) return("passed_over")
  stability <- vapply(ids, function(id) {
    own <- tree[[id]]
    sum(1 / level[own$contains] - 1 / births[[id]]) + own$n_children * (1 / ends[[id]] - 1 / births[[id]])
  }, 0)

  # A cluster is taken where it is at least as stable as its parts together; never all points.
  take <- function(id) {
    parts <- lapply(as.character(children[[id]]), take)
    sum_below <- sum(vapply(parts, function(part) part$sum, 0))
    if (id != "0" && stability[[id]] >= sum_below) return(list(taken = id, sum = stability[[id]]))
    list(taken = unlist(lapply(parts, function(part) part$taken)), sum = sum_below)
  }
  salient <- as.character(attr(tree, "salient_clusters"))
  if (!setequal(salient, take("0")$taken)) return("selected_otherwise")

  # The package numbers its clusters in the order of `salient`.
  cluster <- found$cluster
  strength <- rep(0, n)
  at_birth <- 0
  for (id in salient) {
    own <- tree[[id]]
    early <- own$contains[level[own$contains] == own$eps_birth]
    cluster[early] <- 0
    at_birth <- at_birth + length(early)
    strength[unlist(lapply(below(id), function(part) tree[[part]]$contains))] <- 1
    strength[own$contains] <- ends[[id]] / level[own$contains]
    strength[early] <- 0
  }
  stopifnot(all((strength > 0) == (cluster > 0)))
  package <- vapply(salient, function(id) tree[[id]]$stability, 0)
  list(
    points_of_1024 = rows_of(p * 1024), min_points = min_points, at_birth = at_birth, core_distance = row_of(found$coredist),
    cluster = row_of(cluster), strength = row_of(strength), stability = row_of(unname(stability[salient])),
    longer = row_of(unname(package / stability[salient]))
  )
}

least <- c(1, 2, 3, 4, 5, 6, 8, 5, 4, 10)
density <- lapply(1:10, function(i) {
  n <- 150 + 15 * i
  eps <- c(5, 10)[1 + i %% 2]
  # A square in which uniform points alone have some four fifths of the neighbours that a core point needs.
  side <- floor(eps * sqrt(n * pi / max(2, 0.8 * least[i])))
  density_case(4000 + i, n, side, eps, least[i], 0.1 * (i %% 3))
})

hierarchy <- list()
seed <- 5000
passed <- c(passed_over = 0, selected_otherwise = 0, endless = 0)
while (length(hierarchy) < 10) {
  seed <- seed + 1
  at <- length(hierarchy) + 1
  made <- hierarchy_case(seed, 120 + 20 * at, c(4, 5, 8, 12, 6)[1 + at %% 5], c(0, 0, 0.15)[1 + at %% 3])
  if (is.character(made)) passed[[made]] <- passed[[made]] + 1 else hierarchy[[at]] <- made
}

write_oracle(made_by("clusters_dbscan.R", "dbscan"), list(
  dbscan = density, passed_over = passed[[1]], selected_otherwise = passed[[2]], endless = passed[[3]], hdbscan = hierarchy
))
