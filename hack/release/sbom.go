package main

import (
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"github.com/google/uuid"
)

// The types below are the part of CycloneDX 1.6 that an SBOM of a Go binary needs.
type bom struct {
	Format       string       `json:"bomFormat"`
	SpecVersion  string       `json:"specVersion"`
	SerialNumber string       `json:"serialNumber"`
	Version      int          `json:"version"`
	Metadata     metadata     `json:"metadata"`
	Components   []component  `json:"components"`
	Dependencies []dependency `json:"dependencies"`
}

type metadata struct {
	Timestamp time.Time `json:"timestamp"`
	Component component `json:"component"`
}

type component struct {
	Type     string          `json:"type"`
	Ref      string          `json:"bom-ref"`
	Name     string          `json:"name"`
	Version  string          `json:"version,omitempty"`
	Hashes   []hash          `json:"hashes,omitempty"`
	Licenses []licenseChoice `json:"licenses,omitempty"`
	PURL     string          `json:"purl"`
}

type hash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"`
}

type licenseChoice struct {
	License license `json:"license"`
}

type license struct {
	ID string `json:"id"`
}

type dependency struct {
	Ref       string   `json:"ref"`
	DependsOn []string `json:"dependsOn,omitempty"`
}

// writeSBOM writes the SBOM of a Go binary from the build information in it. It reads the licenses of
// the modules from the module cache.
func writeSBOM(out io.Writer, binary string, date time.Time) error {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return fmt.Errorf("read the build information of %s: %w", binary, err)
	}
	sum, err := checksum(binary)
	if err != nil {
		return err
	}
	cache, err := moduleCache()
	if err != nil {
		return err
	}
	enc := json.NewEncoder(out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(newBOM(info, sum, cache, date))
}

// newBOM returns the SBOM of a binary with the SHA-256 sum. cache is the folder of the module cache.
func newBOM(info *debug.BuildInfo, sum []byte, cache string, date time.Time) bom {
	program := newComponent("application", info.Main.Path, linkedVersion(info))
	program.Hashes = []hash{{"SHA-256", hex.EncodeToString(sum)}}
	program.Licenses = licenses("Apache-2.0")
	std := newComponent("library", "std", strings.TrimPrefix(info.GoVersion, "go"))
	std.Licenses = licenses("BSD-3-Clause")
	b := bom{
		Format: "CycloneDX", SpecVersion: "1.6", Version: 1,
		// The number is derived from the binary, so that the SBOM is reproducible.
		SerialNumber: "urn:uuid:" + uuid.NewHash(sha256.New(), uuid.NameSpaceURL, sum, 8).String(),
		Metadata:     metadata{date, program},
		Components:   []component{std},
	}
	uses := []string{std.Ref}
	for _, module := range info.Deps {
		if module.Replace != nil {
			module = module.Replace
		}
		c := newComponent("library", module.Path, module.Version)
		c.Licenses = licenses(detectLicense(moduleFolder(cache, module.Path, module.Version)))
		// h1 is the SHA-256 of the list of the module's files with their checksums.
		if h1, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(module.Sum, "h1:")); err == nil && len(h1) == sha256.Size {
			c.Hashes = []hash{{"SHA-256", hex.EncodeToString(h1)}}
		}
		b.Components = append(b.Components, c)
		uses = append(uses, c.Ref)
	}
	b.Dependencies = append(b.Dependencies, dependency{program.Ref, uses})
	for _, c := range b.Components {
		b.Dependencies = append(b.Dependencies, dependency{Ref: c.Ref})
	}
	return b
}

func newComponent(kind, path, version string) component {
	purl := "pkg:golang/" + path
	if version != "" {
		purl += "@" + strings.ReplaceAll(version, "+", "%2B")
	}
	return component{Type: kind, Ref: purl, Name: path, Version: version, PURL: purl}
}

func licenses(id string) []licenseChoice {
	if id == "" {
		return nil
	}
	return []licenseChoice{{license{id}}}
}

// linkedVersion returns the version in $VERSION, otherwise the one that Go recorded.
func linkedVersion(info *debug.BuildInfo) string {
	if version := os.Getenv("VERSION"); version != "" {
		return version
	}
	return info.Main.Version
}

// moduleFolder returns the folder of a module in the cache, where "!a" stands for "A" in names.
func moduleFolder(cache, path, version string) string {
	return filepath.Join(cache, escape(path)+"@"+escape(version))
}

func escape(s string) string {
	var b strings.Builder
	for _, r := range s {
		if 'A' <= r && r <= 'Z' {
			b.WriteByte('!')
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}
