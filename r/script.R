azureml_main <- function(dataframe1, dataframe2) {
  dataframe1$load <- dataframe1$power / 10
  return(list(dataset1=dataframe1))
}
