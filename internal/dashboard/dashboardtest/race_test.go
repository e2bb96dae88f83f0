//go:build race

package dashboardtest

// buildFlags are the flags with which the program is built.
var buildFlags = []string{"-race"}
