package evidence

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
)

// key returns a private key that n determines.
func key(n byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{n}, ed25519.SeedSize))
}

func public(k ed25519.PrivateKey) ed25519.PublicKey { return k.Public().(ed25519.PublicKey) }

var content = Content{
	Metadata: Metadata{DocumentID: "d", Version: 2, URL: "https://acme.example/terms", FetchedAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), NotRecorded: []string{"tls"}},
	Text:     "# Terms", Page: []byte("<h1>Terms</h1>"),
}

func pack(t *testing.T, c Content, k ed25519.PrivateKey) []byte {
	t.Helper()
	b, err := Write(c, k)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func verify(b []byte, k ed25519.PublicKey) (Report, error) {
	return Verify(bytes.NewReader(b), int64(len(b)), k)
}

// files returns the files of a pack.
func files(t *testing.T, b []byte) []entry {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	var out []entry
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, entry{f.Name, content})
	}
	return out
}

func TestAPackIsValidAndNamesItsSigner(t *testing.T) {
	t.Parallel()
	b := pack(t, content, key(1))
	r, err := verify(b, public(key(1)))
	if err != nil || !r.Signer.Equal(public(key(1))) || !r.KnownSigner || r.Metadata.URL != content.Metadata.URL || len(r.Manifest.Files) != 3 {
		t.Errorf("the report is %+v, %v", r, err)
	}
	if r, err := verify(b, nil); err != nil || r.Signer == nil || r.KnownSigner {
		t.Errorf("without a known key, the report is %+v, %v", r, err)
	}
	if _, err := verify(b, public(key(2))); !errors.Is(err, ErrInvalid) {
		t.Errorf("with another key, the error is %v", err)
	}
	if !bytes.Equal(b, pack(t, content, key(1))) {
		t.Error("the same content gives other bytes")
	}
}

func TestAPackWithoutAKeyIsNotSigned(t *testing.T) {
	t.Parallel()
	b := pack(t, Content{Metadata: content.Metadata, Text: "x"}, nil)
	if r, err := verify(b, nil); err != nil || r.Signer != nil {
		t.Errorf("the report is %+v, %v", r, err)
	}
	if _, err := verify(b, public(key(1))); !errors.Is(err, ErrInvalid) {
		t.Errorf("with a key, the error is %v", err)
	}
}

func TestAChangedPackIsNotValid(t *testing.T) {
	t.Parallel()
	original := pack(t, content, key(1))
	replace := func(name, content string) func([]entry) []entry {
		return func(list []entry) []entry {
			i := slices.IndexFunc(list, func(e entry) bool { return e.name == name })
			list[i].content = []byte(content)
			return list
		}
	}
	remove := func(names ...string) func([]entry) []entry {
		return func(list []entry) []entry {
			return slices.DeleteFunc(list, func(e entry) bool { return slices.Contains(names, e.name) })
		}
	}
	add := func(name, content string) func([]entry) []entry {
		return func(list []entry) []entry { return append(list, entry{name, []byte(content)}) }
	}
	manifest := func(change func(*Manifest)) func([]entry) []entry {
		return func(list []entry) []entry {
			i := slices.IndexFunc(list, func(e entry) bool { return e.name == manifestFile })
			var m Manifest
			if err := json.Unmarshal(list[i].content, &m); err != nil {
				t.Fatal(err)
			}
			change(&m)
			b, err := indented(m)
			if err != nil {
				t.Fatal(err)
			}
			list[i].content = b
			return list
		}
	}
	other := files(t, pack(t, Content{Metadata: content.Metadata, Text: "Other terms"}, key(2)))
	for name, change := range map[string]func([]entry) []entry{
		"another text":               replace(textFile, "# Other"),
		"another page":               replace(pageFile, ""),
		"another manifest":           replace(manifestFile, "{}"),
		"a manifest that is no JSON": replace(manifestFile, "x"),
		"no text":                    remove(textFile),
		"no page":                    remove(pageFile),
		"no manifest":                remove(manifestFile),
		"no signature":               remove(signatureFile, keyFile),
		"no key":                     remove(keyFile),
		"another key":                replace(keyFile, string(other[4].content)),
		"another signature":          replace(signatureFile, string(other[3].content)),
		"an empty signature":         replace(signatureFile, ""),
		"a file that is not listed":  add("notes.txt", "x"),
		"a text twice":               add(textFile, content.Text),
		"a path to another folder":   add("../text.md", "x"),
		"an absolute path":           add("/etc/passwd", "x"),
		"a path with a backslash":    add(`..\text.md`, "x"),
		"a folder":                   add("folder/", ""),
		"a manifest that says that it is not signed": manifest(func(m *Manifest) { m.Signed = false }),
		"a manifest without the page":                manifest(func(m *Manifest) { m.Files = m.Files[:2] }),
		"a manifest with a file twice":               manifest(func(m *Manifest) { m.Files = append(m.Files, m.Files[0]) }),
		"a manifest with itself":                     manifest(func(m *Manifest) { m.Files = append(m.Files, File{Name: manifestFile}) }),
		"another format":                             manifest(func(m *Manifest) { m.Format = "x" }),
		"too many files": func(list []entry) []entry {
			for range maxFiles {
				list = append(list, entry{textFile, nil})
			}
			return list
		},
	} {
		b, err := zipped(change(files(t, original)))
		if err != nil {
			t.Fatal(err)
		}
		if r, err := verify(b, nil); !errors.Is(err, ErrInvalid) {
			t.Errorf("a pack with %s: report %+v, %v", name, r, err)
		}
	}
	for i := 0; i < len(original); i += 7 { // no change of a byte is harmful: it is found, or changes nothing that counts
		b := bytes.Clone(original)
		b[i] ^= 0x55
		if r, err := verify(b, public(key(1))); err == nil && (r.Metadata.URL != content.Metadata.URL || len(r.Manifest.Files) != 3) {
			t.Errorf("with byte %d changed, the report is %+v", i, r)
		}
	}
	for _, b := range [][]byte{nil, []byte("x"), original[:len(original)/2], bytes.Repeat([]byte{0}, 100)} {
		if _, err := verify(b, nil); !errors.Is(err, ErrInvalid) {
			t.Errorf("a file of %d bytes: %v", len(b), err)
		}
	}
}

func TestAZipBombIsRefusedWithoutReadingIt(t *testing.T) {
	t.Parallel()
	// The directory of a zip file has the size of a file 24 bytes after the signature of its entry.
	declare := func(b []byte, size uint32) []byte {
		binary.LittleEndian.PutUint32(b[bytes.Index(b, []byte("PK\x01\x02"))+24:], size)
		return b
	}
	if _, err := verify(declare(pack(t, content, key(1)), maxFileBytes+1), nil); !errors.Is(err, ErrInvalid) {
		t.Errorf("a text of %d bytes: %v", maxFileBytes+1, err)
	}
	if _, err := verify(declare(pack(t, Content{Metadata: content.Metadata, Text: strings.Repeat("a", maxSmallBytes)}, key(1)), 10), nil); !errors.Is(err, ErrInvalid) {
		t.Errorf("a text with a wrong size: %v", err)
	}
	if _, err := Verify(bytes.NewReader(nil), MaxPackBytes+1, nil); !errors.Is(err, ErrInvalid) {
		t.Errorf("a pack that is too large: %v", err)
	}
}

func TestKeysAreReadInTheirForms(t *testing.T) {
	t.Parallel()
	k := key(0xfb)
	der, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		base64.StdEncoding.EncodeToString(k.Seed()), base64.RawURLEncoding.EncodeToString(k.Seed()) + "\n", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
	} {
		if got, err := ParsePrivateKey(text); err != nil || !got.Equal(k) {
			t.Errorf("ParsePrivateKey: %v", err)
		}
	}
	text, err := FormatPublicKey(public(k))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{text, KeyText(public(k))} {
		if got, err := ParsePublicKey(text); err != nil || !got.Equal(public(k)) {
			t.Errorf("ParsePublicKey(%q): %v", text, err)
		}
	}
	for _, bad := range []string{"hunter2", "AAAA", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", text} {
		if _, err := ParsePrivateKey(bad); err == nil || strings.Contains(err.Error(), bad) {
			t.Errorf("ParsePrivateKey(%q): %v", bad, err)
		}
	}
	if k, err := ParsePrivateKey(""); k != nil || err != nil {
		t.Errorf("ParsePrivateKey of no text: %v", err)
	}
}
