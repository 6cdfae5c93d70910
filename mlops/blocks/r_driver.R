# Runs azureml_main(dataframe1, dataframe2) of script.R on tables that lie beside it, in base R alone.
# Texts and types of columns: <name>.csv and <name>.types, one line `column<TAB>type` for each. "\u0001" is a gap.
missing <- "\u0001"

read_table <- function(name) {
  if (!file.exists(paste0(name, ".csv"))) return(NULL)
  types <- read.table(paste0(name, ".types"), sep = "\t", quote = "", comment.char = "", stringsAsFactors = FALSE,
                      col.names = c("column", "type"), colClasses = "character", encoding = "UTF-8")
  frame <- read.csv(paste0(name, ".csv"), check.names = FALSE, colClasses = "character", na.strings = missing,
                    encoding = "UTF-8", stringsAsFactors = FALSE)
  names(frame) <- types$column
  for (place in seq_len(ncol(frame))) {
    values <- frame[[place]]
    frame[[place]] <- switch(types$type[place],
      integer = , decimal = as.numeric(values),
      boolean = values == "true",
      date = as.POSIXct(values, tz = "UTC", format = "%Y-%m-%dT%H:%M:%OS"),
      category = factor(values),
      values)
    if (types$type[place] == "integer" && all(is.na(frame[[place]]) | abs(frame[[place]]) < 2147483647))
      frame[[place]] <- as.integer(frame[[place]])
  }
  frame
}

type_of <- function(values) {
  if (is.factor(values)) "category"
  else if (inherits(values, "POSIXt") || inherits(values, "Date")) "date"
  else if (is.logical(values)) "boolean"
  else if (is.integer(values)) "integer"
  else if (is.numeric(values)) "decimal"
  else "string"
}

as_text <- function(values) {
  type <- type_of(values)
  text <- switch(type,
    decimal = ifelse(is.nan(values), "NaN", ifelse(is.infinite(values), ifelse(values > 0, "inf", "-inf"), sprintf("%.17g", values))),
    integer = sprintf("%d", as.integer(values)),
    boolean = ifelse(values, "true", "false"),
    date = format(as.POSIXct(values, tz = "UTC"), "%Y-%m-%dT%H:%M:%OS6", tz = "UTC"),
    enc2utf8(as.character(values)))
  text[is.na(values) & !(type == "decimal" & is.nan(suppressWarnings(as.numeric(values))))] <- missing
  text
}

write_result <- function(frame, name) {
  plain <- vapply(frame, function(values) is.atomic(values) && is.null(dim(values)), logical(1))
  if (!all(plain)) stop(sprintf("the column '%s' of the result is no plain vector", names(frame)[!plain][1]))
  types <- vapply(frame, type_of, character(1))
  writeLines(enc2utf8(paste(names(frame), types, sep = "\t")), paste0(name, ".types"), useBytes = TRUE)
  file <- file(paste0(name, ".csv"), open = "wb", encoding = "native.enc")
  texts <- if (ncol(frame)) as.data.frame(lapply(frame, as_text), stringsAsFactors = FALSE, col.names = seq_len(ncol(frame))) else frame
  write.table(texts, file, sep = ",", quote = TRUE, qmethod = "double", row.names = FALSE, col.names = TRUE)
  close(file)
}

fail <- function(message, line) {
  writeLines(enc2utf8(c(as.character(line), message)), "error.txt", useBytes = TRUE)
  message("Error: ", message)
  quit(status = 3)
}

line_of <- function(calls) {
  for (call in rev(calls)) {
    place <- attr(call, "srcref")
    if (!is.null(place) && basename(attr(place, "srcfile")$filename) == "script.R") return(place[1])
  }
  0
}

options(keep.source = TRUE, warn = 1, stringsAsFactors = FALSE, device = function(...)
  png(file.path("plots", "plot-%04d.png"), width = 800, height = 600, type = "cairo"))
arguments <- commandArgs(trailingOnly = TRUE)
set.seed(as.integer(arguments[1]))
script <- tryCatch(parse("script.R", keep.source = TRUE, encoding = "UTF-8"),
                   error = function(error) fail(conditionMessage(error), 0))
result <- withCallingHandlers({
  eval(script, globalenv())
  if (!exists("azureml_main", mode = "function")) fail("there is no function azureml_main", 0)
  azureml_main(read_table("dataframe1"), read_table("dataframe2"))
}, error = function(error) fail(conditionMessage(error), line_of(sys.calls())))
while (!is.null(dev.list())) dev.off()
if (is.data.frame(result)) result <- list(result)
if (!is.list(result)) fail(sprintf("azureml_main returned %s, not a list of data frames", class(result)[1]), 0)
result <- Filter(Negate(is.null), unname(result))
if (length(result) > 2 || !all(vapply(result, is.data.frame, logical(1))))
  fail("azureml_main must return a list of at most two data frames", 0)
for (place in seq_along(result)) {
  tryCatch(write_result(result[[place]], paste0("result", place)), error = function(error) fail(conditionMessage(error), 0))
}
