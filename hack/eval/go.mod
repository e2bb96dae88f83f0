module github.com/clausea/crawler/hack/eval

go 1.26.0
