# What the R oracles share: numbers from a seed, and JSON with 17 digits. Not run by itself.

# Numbers in [0, 1) from the generator of Park & Miller (1993), state <- 48271 state mod (2^31 - 1): products stay below 2^47,
# so that doubles hold them exactly and any machine draws the same.
generator <- function(seed) {
  state <- seed
  function(count) {
    vapply(seq_len(count), function(at) {
      state <<- (state * 48271) %% 2147483647
      state / 2147483648
    }, 0)
  }
}

# A list that stays one in JSON, however long it is.
row_of <- function(values) structure(list(values), class = "row")
rows_of <- function(matrix) lapply(seq_len(nrow(matrix)), function(at) row_of(matrix[at, ]))

json <- function(value) {
  if (inherits(value, "row")) {
    paste0("[", paste(vapply(unclass(value)[[1]], json, ""), collapse = ","), "]")
  } else if (is.list(value)) {
    inner <- vapply(value, json, "")
    if (is.null(names(value))) {
      paste0("[", paste(inner, collapse = ","), "]")
    } else {
      paste0("{", paste0('"', names(value), '":', inner, collapse = ","), "}")
    }
  } else if (is.character(value)) {
    paste0('"', value, '"')
  } else if (is.logical(value) && !is.na(value)) {
    tolower(value)
  } else if (!is.finite(value)) {
    "null"
  } else {
    short <- sprintf("%.15g", value)
    if (as.numeric(short) == value) short else sprintf("%.17g", value)
  }
}

# The versions that made the numbers, for `made_by`.
made_by <- function(script, packages) {
  versions <- lapply(packages, function(name) as.character(packageVersion(name)))
  c(list(script = paste0("tests/oracles/", script)), setNames(versions, packages),
    list(R = paste(R.version$major, R.version$minor, sep = "."), machine = R.version$arch))
}

# One case a line.
write_oracle <- function(made, parts) {
  lines <- vapply(names(parts), function(name) {
    part <- parts[[name]]
    body <- if (is.list(part) && is.null(names(part)) && !inherits(part, "row")) {
      paste0("[\n    ", paste(vapply(part, json, ""), collapse = ",\n    "), "\n  ]")
    } else {
      json(part)
    }
    paste0('  "', name, '": ', body)
  }, "")
  cat("{\n", paste(c(paste0('  "made_by": ', json(made)), lines), collapse = ",\n"), "\n}\n", sep = "")
}
