module github.com/clausea/crawler/hack/trainclassify

go 1.26.0

require github.com/clausea/crawler v0.0.0

require (
	github.com/cespare/xxhash/v2 v2.3.0 // indirect
	github.com/gabriel-vasile/mimetype v1.4.16 // indirect
	golang.org/x/net v0.62.0 // indirect
	golang.org/x/text v0.43.0 // indirect
)

replace github.com/clausea/crawler => ../..
