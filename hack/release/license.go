package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// moduleCache returns the folder of Go's module cache.
func moduleCache() (string, error) {
	out, err := exec.Command("go", "env", "GOMODCACHE").Output()
	if err != nil {
		return "", fmt.Errorf("ask go for the module cache: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// licenseMarks are phrases that only the text of one license contains, most specific license first.
var licenseMarks = []struct {
	id      string
	phrases []string
}{
	{"Apache-2.0", []string{"apache license", "version 2.0"}},
	{"MPL-2.0", []string{"mozilla public license", "version 2.0"}},
	{"BSD-3-Clause", []string{"redistributions in binary form", "neither the name"}},
	{"BSD-3-Clause", []string{"redistributions in binary form", "names of its contributors may"}},
	{"BSD-3-Clause", []string{"redistributions in binary form", "the name of the author may not be used"}},
	{"BSD-2-Clause", []string{"redistributions in binary form"}},
	{"MIT", []string{"permission is hereby granted, free of charge", "shall be included in all"}},
	{"ISC", []string{"permission to use, copy, modify, and/or distribute this software for any purpose"}},
	{"ISC", []string{"permission to use, copy, modify, and distribute this software for any purpose"}},
	{"Unlicense", []string{"this is free and unencumbered software"}},
	{"CC0-1.0", []string{"cc0 1.0 universal"}},
	{"Apache-2.0", []string{"http://www.apache.org/licenses/license-2.0"}},
}

// detectLicense returns the SPDX identifier of the license in a folder, and "" if it recognizes none.
func detectLicense(folder string) string {
	files, _ := filepath.Glob(filepath.Join(folder, "*"))
	for _, file := range files {
		name := strings.ToLower(filepath.Base(file))
		if !strings.HasPrefix(name, "licen") && !strings.HasPrefix(name, "copying") && !strings.HasPrefix(name, "unlicense") {
			continue
		}
		content, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		if id := licenseOf(string(content)); id != "" {
			return id
		}
	}
	return ""
}

// licenseOf returns the SPDX identifier of a license text.
func licenseOf(text string) string {
	text = strings.Join(strings.Fields(strings.ToLower(text)), " ")
	for _, mark := range licenseMarks {
		matches := true
		for _, phrase := range mark.phrases {
			matches = matches && strings.Contains(text, phrase)
		}
		if matches {
			return mark.id
		}
	}
	return ""
}
