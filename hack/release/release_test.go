package main

import (
	"archive/zip"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"
)

var date = time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)

func write(t *testing.T, name, content string, mode os.FileMode) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestArchivesOfEqualFilesAreEqual(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{".tar.gz", ".tar", ".zip"} {
		var archives [2][]byte
		for i := range archives {
			dir := filepath.Join(t.TempDir(), "clausea")
			write(t, filepath.Join(dir, "clausea"), "program", 0o755)
			write(t, filepath.Join(dir, "man", "clausea.1"), ".TH", 0o644)
			// The times of the files and the permissions of others differ.
			if err := os.Chmod(filepath.Join(dir, "clausea"), 0o700+os.FileMode(i)*0o055); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(filepath.Join(dir, "clausea"), time.Time{}, time.Unix(int64(i)*1e8, 0)); err != nil {
				t.Fatal(err)
			}
			name := filepath.Join(t.TempDir(), "a"+kind)
			if err := archive(name, dir, date); err != nil {
				t.Fatal(err)
			}
			archives[i], _ = os.ReadFile(name)
		}
		if len(archives[0]) == 0 || !bytes.Equal(archives[0], archives[1]) {
			t.Errorf("two %s archives of equal files differ", kind)
		}
	}
}

func TestAnArchiveHasTheProgramExecutableBelowOneFolder(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "clausea_v1_windows_amd64")
	write(t, filepath.Join(dir, "clausea.exe"), "program", 0o755)
	name := filepath.Join(t.TempDir(), "a.zip")
	if err := archive(name, dir, date); err != nil {
		t.Fatal(err)
	}
	z, err := zip.OpenReader(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = z.Close() }()
	f := z.File[0]
	if f.Name != "clausea_v1_windows_amd64/clausea.exe" || f.Mode() != 0o755 || !f.Modified.Equal(date) {
		t.Errorf("%s %s %s", f.Name, f.Mode(), f.Modified)
	}
}

func TestASignatureVerifiesAndIsDeterministic(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	keyFile := write(t, filepath.Join(t.TempDir(), "key"), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), 0o600)
	file := write(t, filepath.Join(t.TempDir(), "checksums.txt"), "content", 0o644)
	var first, second bytes.Buffer
	for _, out := range []*bytes.Buffer{&first, &second} {
		if err := sign(out, keyFile, file); err != nil {
			t.Fatal(err)
		}
	}
	signature, err := base64.StdEncoding.DecodeString(strings.TrimSpace(first.String()))
	sum := sha256.Sum256([]byte("content"))
	if err != nil || !ecdsa.VerifyASN1(&key.PublicKey, sum[:], signature) || first.String() != second.String() {
		t.Errorf("signatures %q and %q, %v", first.String(), second.String(), err)
	}
}

func TestNotesAreTheSectionOfTheVersion(t *testing.T) {
	t.Parallel()
	changelog := write(t, filepath.Join(t.TempDir(), "CHANGELOG.md"), "# Changelog\n\n## Unreleased\n\nnew\n\n## v1.1.0 (2026-11-29)\n\n### API\n\n- more\n\n## v1.0.0\n\nfirst\n", 0o644)
	for version, want := range map[string]string{"v1.1.0": "### API\n\n- more\n", "v1.0.0": "first\n", "v1.2.0": "new\n", "1": "new\n"} {
		var out bytes.Buffer
		if err := writeNotes(&out, changelog, version); err != nil || out.String() != want {
			t.Errorf("%s: %q, %v", version, out.String(), err)
		}
	}
}

func TestTheSBOMNamesEachModuleWithVersionHashAndLicense(t *testing.T) {
	t.Parallel()
	cache := t.TempDir()
	write(t, filepath.Join(cache, "github.com", "!puerkito!bio", "goquery@v1.13.0", "LICENSE"), "Redistributions in binary form ... Neither the name of", 0o644)
	info := &debug.BuildInfo{GoVersion: "go1.26.8", Main: debug.Module{Path: "github.com/clausea/crawler", Version: "v1.0.0"}, Deps: []*debug.Module{
		{Path: "github.com/PuerkitoBio/goquery", Version: "v1.13.0", Sum: "h1:" + base64.StdEncoding.EncodeToString(make([]byte, 32))},
	}}
	b := newBOM(info, make([]byte, 32), cache, date)
	if len(b.Components) != 2 || len(b.Dependencies[0].DependsOn) != 2 {
		t.Fatalf("%+v", b)
	}
	c := b.Components[1]
	if c.PURL != "pkg:golang/github.com/PuerkitoBio/goquery@v1.13.0" || c.Licenses[0].License.ID != "BSD-3-Clause" || c.Hashes[0].Content != strings.Repeat("0", 64) {
		t.Errorf("%+v", c)
	}
}

func TestAChartArtifactIsWhatHelmPushWrites(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "clausea")
	write(t, filepath.Join(dir, "Chart.yaml"), "apiVersion: v2\nname: clausea\nversion: 1.0.0+build\ndescription: a chart\n", 0o644)
	chart := filepath.Join(t.TempDir(), "clausea-1.0.0.tar.gz")
	if err := archive(chart, dir, date); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	var out bytes.Buffer
	if err := writeChartArtifact(&out, chart, folder, date); err != nil {
		t.Fatal(err)
	}
	blob := func(digest string, into any) {
		content, err := os.ReadFile(filepath.Join(folder, "blobs", "sha256", strings.TrimPrefix(digest, "sha256:")))
		if err == nil {
			err = json.Unmarshal(content, into)
		}
		if err != nil {
			t.Fatalf("blob %s: %v", digest, err)
		}
	}
	var manifest struct {
		Config descriptor
		Layers []descriptor
	}
	blob(strings.TrimSpace(out.String()), &manifest)
	var config map[string]string
	blob(manifest.Config.Digest, &config)
	if config["name"] != "clausea" || manifest.Config.MediaType != chartConfigType || manifest.Layers[0].MediaType != chartLayerType {
		t.Errorf("config %v, manifest %+v", config, manifest)
	}
	index, err := os.ReadFile(filepath.Join(folder, "index.json"))
	if err != nil || !strings.Contains(string(index), `"org.opencontainers.image.ref.name":"1.0.0_build"`) {
		t.Errorf("index %s, %v", index, err)
	}
}
