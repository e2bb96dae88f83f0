package cli

import (
	"bytes"
	"crypto/ed25519"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/evidence"
)

func TestVerifyChecksHashesAndSignatureOffline(t *testing.T) {
	t.Parallel()
	private := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, ed25519.SeedSize))
	text := evidence.KeyText(private.Public().(ed25519.PublicKey))
	other := evidence.KeyText(ed25519.NewKeyFromSeed(bytes.Repeat([]byte{2}, ed25519.SeedSize)).Public().(ed25519.PublicKey))
	folder := t.TempDir()
	file := func(name string, content []byte) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	pack := func(key ed25519.PrivateKey) []byte {
		b, err := evidence.Write(evidence.Content{Metadata: evidence.Metadata{URL: "https://acme.example/\x1b[31m"}, Text: strings.Repeat("Terms ", 99), Page: []byte("<p>")}, key)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	signed := file("signed.zip", pack(private))
	unsigned := file("unsigned.zip", pack(nil))
	changed := pack(private)
	changed[60] ^= 0x55
	damaged := file("damaged.zip", changed)
	keyFile := file("key.txt", []byte(text+"\n"))
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{signed}, exitDone, "signed with the key " + text},
		{[]string{signed, "--key", text}, exitDone, "signed with the expected key"},
		{[]string{signed, "--key", keyFile}, exitDone, "signed with the expected key"},
		{[]string{signed, "--key", other}, exitFailed, "not with the expected one"},
		{[]string{unsigned}, exitDone, "hashes match, not signed"},
		{[]string{unsigned, "--key", text}, exitFailed, "it is not signed"},
		{[]string{damaged}, exitFailed, "not valid"},
		{[]string{keyFile}, exitFailed, "not a zip file"},
		{[]string{filepath.Join(folder, "none.zip")}, exitFailed, "none.zip"},
		{[]string{folder}, exitFailed, "is not a file"},
		{[]string{signed, "--key", "nonsense"}, exitUsage, "nonsense"},
		{nil, exitUsage, "verify"},
	} {
		code, out, errs := call(t, nil, append([]string{"verify"}, c.args...)...)
		if code != c.code || !strings.Contains(out+errs, c.want) || strings.Contains(out, "\x1b") {
			t.Errorf("verify %q: exit code %d: %s%s, want %d and %q", c.args, code, out, errs, c.code, c.want)
		}
	}
}
