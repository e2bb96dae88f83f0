package cli

import (
	"crypto/ed25519"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/clausea/crawler/internal/evidence"
)

// maxKeyFile is the maximum size of a file with a public key, in bytes.
const maxKeyFile = 64 << 10

func newVerify() *cobra.Command {
	var keyText string
	cmd := &cobra.Command{
		Use:   "verify PACK",
		Short: "Check an evidence pack offline: its hashes and its signature",
		Example: `  clausea verify evidence-version-3.zip
  clausea verify evidence-version-3.zip --key public-key.pem`,
		Args: exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var key ed25519.PublicKey
			if cmd.Flags().Changed("key") {
				var err error
				if key, err = readPublicKey(keyText); err != nil {
					return &exitError{exitUsage, err}
				}
			}
			return verifyPack(cmd.OutOrStdout(), args[0], key)
		},
	}
	cmd.Flags().StringVar(&keyText, "key", "", "public `key` that must have signed the pack: base64, or a file with PEM or base64")
	return cmd
}

// readPublicKey returns the public key that a text or the file of this name contains.
func readPublicKey(text string) (ed25519.PublicKey, error) {
	if key, err := evidence.ParsePublicKey(text); err == nil {
		return key, nil
	}
	f, err := os.Open(text)
	if err != nil {
		return nil, fmt.Errorf("read --key: %w", err)
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, maxKeyFile))
	if err != nil {
		return nil, fmt.Errorf("read --key: %w", err)
	}
	key, err := evidence.ParsePublicKey(string(b))
	if err != nil {
		return nil, fmt.Errorf("read --key %s: %w", text, err)
	}
	return key, nil
}

// verifyPack verifies the pack in a file and writes what it is.
func verifyPack(w io.Writer, name string, key ed25519.PublicKey) error {
	f, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("open the evidence pack: %w", err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("open the evidence pack: %w", err)
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("open the evidence pack: %s is not a file", name)
	}
	r, err := evidence.Verify(f, info.Size(), key)
	if err != nil {
		return fmt.Errorf("verify %s: %w", name, err)
	}
	_, err = io.WriteString(w, describePack(r))
	return err
}

// describePack returns what Verify found out. The metadata can contain text of the page, so
// it is written without control characters.
func describePack(r evidence.Report) string {
	var b strings.Builder
	switch {
	case r.Signer == nil:
		b.WriteString("hashes match, not signed\n")
	case r.KnownSigner:
		b.WriteString("valid: hashes match, signed with the expected key\n")
	default:
		fmt.Fprintf(&b, "valid: hashes match, signed with the key %s\nAnyone can sign a pack with a key of their own: pass --key to check whose it is.\n", evidence.KeyText(r.Signer))
	}
	m := r.Metadata
	fmt.Fprintf(&b, "document  %s, version %d\n", printable(m.DocumentID), m.Version)
	fmt.Fprintf(&b, "company   %s\n", printable(m.Company))
	fmt.Fprintf(&b, "URL       %s\n", printable(m.URL))
	fmt.Fprintf(&b, "fetched   %s\n", m.FetchedAt.UTC().Format(time.RFC3339))
	for _, f := range r.Manifest.Files {
		fmt.Fprintf(&b, "%s  %s\n", f.SHA256, f.Name) // as sha256sum writes it
	}
	return b.String()
}
