package evidence

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Bounds of a pack. A page has at most 20 MiB.
const (
	// MaxPackBytes is the maximum size of a pack, in bytes.
	MaxPackBytes = 128 << 20
	maxFiles     = 16
	maxFileBytes = 64 << 20
	// maxSmallBytes is the maximum size of each file that is read as a whole.
	maxSmallBytes = 1 << 20
)

// ErrInvalid means that a pack is not valid: it is damaged, was changed, or has another signer.
var ErrInvalid = errors.New("the evidence pack is not valid")

func invalid(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrInvalid, fmt.Sprintf(format, args...))
}

// Report is what Verify found out about a valid pack.
type Report struct {
	Metadata Metadata
	Manifest Manifest
	// Signer is the public key whose signature is valid, or nil if the pack is not signed.
	Signer ed25519.PublicKey
	// KnownSigner reports whether Signer is the key that the caller knows. If it is not, the
	// signature only proves that the pack was not changed since somebody signed it.
	KnownSigner bool
}

// Verify checks a pack of a size in bytes: its files are exactly those of its manifest, with their
// hashes, and its signature is valid. If key is set, the signature must be of that key. The error
// of a pack that is not valid wraps ErrInvalid. It reads a bounded amount of data, and writes none.
func Verify(r io.ReaderAt, size int64, key ed25519.PublicKey) (Report, error) {
	var out Report
	files, err := open(r, size)
	if err != nil {
		return out, err
	}
	manifest, err := readSmall(files, manifestFile)
	if err != nil {
		return out, err
	}
	if err := json.Unmarshal(manifest, &out.Manifest); err != nil {
		return out, invalid("%s cannot be read: %v", manifestFile, err)
	}
	if out.Manifest.Format != format {
		return out, invalid("the format is %.40q; this program reads %s", out.Manifest.Format, format)
	}
	if out.Signer, err = verifySignature(files, manifest, out.Manifest.Signed, key); err != nil {
		return out, err
	}
	out.KnownSigner = key != nil
	if err := verifyFiles(files, out.Manifest.Files); err != nil {
		return out, err
	}
	metadata, err := readSmall(files, metadataFile)
	if err != nil {
		return out, err
	}
	if err := json.Unmarshal(metadata, &out.Metadata); err != nil {
		return out, invalid("%s cannot be read: %v", metadataFile, err)
	}
	return out, nil
}

// open returns the files of a pack by name. It refuses names other than those of packs, so that no
// program extracts a file to another folder, and names that occur twice, of which programs read
// different ones.
func open(r io.ReaderAt, size int64) (map[string]*zip.File, error) {
	if size > MaxPackBytes {
		return nil, invalid("it has %d bytes, the maximum is %d", size, MaxPackBytes)
	}
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, invalid("it is not a zip file: %v", err)
	}
	if len(z.File) > maxFiles {
		return nil, invalid("it has %d files, the maximum is %d", len(z.File), maxFiles)
	}
	files := map[string]*zip.File{}
	for _, f := range z.File {
		switch f.Name {
		case textFile, pageFile, metadataFile, manifestFile, signatureFile, keyFile:
		default:
			return nil, invalid("it has the file %.80q, which does not belong in a pack", f.Name)
		}
		if files[f.Name] != nil {
			return nil, invalid("it has the file %s twice", f.Name)
		}
		if f.UncompressedSize64 > maxFileBytes {
			return nil, invalid("%s has %d bytes, the maximum is %d", f.Name, f.UncompressedSize64, maxFileBytes)
		}
		files[f.Name] = f
	}
	return files, nil
}

// copyFile copies the content of a file of at most limit bytes to w. The size in the header of the
// file may be wrong.
func copyFile(w io.Writer, f *zip.File, limit int64) (int64, error) {
	content, err := f.Open()
	if err != nil {
		return 0, invalid("%s cannot be read: %v", f.Name, err)
	}
	n, err := io.Copy(w, io.LimitReader(content, limit+1))
	if closeErr := content.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return n, invalid("%s cannot be read: %v", f.Name, err)
	}
	if n > limit {
		return n, invalid("%s has more than %d bytes", f.Name, limit)
	}
	return n, nil
}

// readSmall returns the content of a small file.
func readSmall(files map[string]*zip.File, name string) ([]byte, error) {
	f := files[name]
	if f == nil {
		return nil, invalid("it has no file %s", name)
	}
	var b bytes.Buffer
	if _, err := copyFile(&b, f, maxSmallBytes); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// verifySignature checks the signature of the manifest and returns the signer, or nil if the pack
// is not signed.
func verifySignature(files map[string]*zip.File, manifest []byte, signed bool, key ed25519.PublicKey) (ed25519.PublicKey, error) {
	if !signed {
		switch {
		case files[signatureFile] != nil || files[keyFile] != nil:
			return nil, invalid("its manifest says that it is not signed, but it has a signature")
		case key != nil:
			return nil, invalid("it is not signed")
		}
		return nil, nil
	}
	encoded, err := readSmall(files, signatureFile)
	if err != nil {
		return nil, err
	}
	signature, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(encoded)))
	if err != nil {
		return nil, invalid("its signature is not base64")
	}
	text, err := readSmall(files, keyFile)
	if err != nil {
		return nil, err
	}
	own, err := ParsePublicKey(string(text))
	if err != nil {
		return nil, invalid("%s: %v", keyFile, err)
	}
	if key != nil && !own.Equal(key) {
		return nil, invalid("it is signed with the key %s, not with the expected one", KeyText(own))
	}
	if !ed25519.Verify(own, manifest, signature) {
		return nil, invalid("its signature does not match its manifest")
	}
	return own, nil
}

// verifyFiles checks that the files of a pack are exactly those of its manifest.
func verifyFiles(files map[string]*zip.File, listed []File) error {
	rest := map[string]bool{}
	for name := range files {
		rest[name] = name != manifestFile && name != signatureFile && name != keyFile
	}
	for _, l := range listed {
		if !rest[l.Name] {
			return invalid("its manifest lists %.80q, which is missing or listed twice", l.Name)
		}
		rest[l.Name] = false
		sum := sha256.New()
		n, err := copyFile(sum, files[l.Name], maxFileBytes)
		if err != nil {
			return err
		}
		if n != l.Size || hex.EncodeToString(sum.Sum(nil)) != l.SHA256 {
			return invalid("%s is not the file that the manifest lists", l.Name)
		}
	}
	for name, missing := range rest {
		if missing {
			return invalid("its manifest does not list %s", name)
		}
	}
	for _, name := range []string{textFile, metadataFile} {
		if files[name] == nil {
			return invalid("it has no file %s", name)
		}
	}
	return nil
}
