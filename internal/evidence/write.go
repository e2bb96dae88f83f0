package evidence

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// fileTime is the time of all files: the earliest that a zip file can have, so that equal contents
// give equal bytes.
var fileTime = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// Content is the content of a pack.
type Content struct {
	Metadata Metadata
	Text     string // Markdown
	// Page is the response body. It is nil if it is not stored.
	Page []byte
}

// entry is a file to write.
type entry struct {
	name    string
	content []byte
}

// Write returns the bytes of a pack. Without a key, it is not signed.
func Write(c Content, key ed25519.PrivateKey) ([]byte, error) {
	metadata, err := indented(c.Metadata)
	if err != nil {
		return nil, err
	}
	entries := []entry{{textFile, []byte(c.Text)}, {metadataFile, metadata}}
	if c.Page != nil {
		entries = append(entries, entry{pageFile, c.Page})
	}
	m := Manifest{Format: format, Signed: key != nil}
	for _, e := range entries {
		sum := sha256.Sum256(e.content)
		m.Files = append(m.Files, File{Name: e.name, Size: int64(len(e.content)), SHA256: hex.EncodeToString(sum[:])})
	}
	manifest, err := indented(m)
	if err != nil {
		return nil, err
	}
	entries = append(entries, entry{manifestFile, manifest})
	if key != nil {
		public, ok := key.Public().(ed25519.PublicKey)
		if !ok {
			return nil, errPrivateKey
		}
		text, err := FormatPublicKey(public)
		if err != nil {
			return nil, err
		}
		signature := base64.StdEncoding.EncodeToString(ed25519.Sign(key, manifest)) + "\n"
		entries = append(entries, entry{signatureFile, []byte(signature)}, entry{keyFile, []byte(text)})
	}
	return zipped(entries)
}

// zipped returns a zip file. Its files have no times, so that equal content gives equal bytes.
func zipped(entries []entry) ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, e := range entries {
		w, err := z.CreateHeader(&zip.FileHeader{Name: e.name, Method: zip.Deflate, Modified: fileTime})
		if err == nil {
			_, err = w.Write(e.content)
		}
		if err != nil {
			return nil, fmt.Errorf("write %s of an evidence pack: %w", e.name, err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("write an evidence pack: %w", err)
	}
	return out.Bytes(), nil
}

func indented(v any) ([]byte, error) {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode a file of an evidence pack: %w", err)
	}
	return append(b, '\n'), nil
}
