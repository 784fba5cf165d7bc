module github.com/flottstream/flott

go 1.26
