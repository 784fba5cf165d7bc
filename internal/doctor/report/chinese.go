package report

// chinese are the sentences of reports and rules in Chinese, by the English format.
var chinese = map[string]string{}
