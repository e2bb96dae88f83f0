package service

import (
	"strings"

	"github.com/clausea/crawler/api/v1alpha1"
)

// keysOfCompanies returns the store keys of companies of a namespace.
func keysOfCompanies(namespace string, names []string) []string {
	keys := make([]string, len(names))
	for i, name := range names {
		keys[i] = v1alpha1.StoreKey(namespace, name)
	}
	return keys
}

// nameOfCompany returns the name of the company with a store key, and whether it is in the
// namespace. Use cases show the companies of one namespace only.
func nameOfCompany(namespace, key string) (name string, visible bool) {
	name = key[strings.Index(key, "/")+1:]
	return name, v1alpha1.StoreKey(namespace, name) == key
}
