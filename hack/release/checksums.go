package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// writeChecksums writes the SHA-256 of each file in folder as sha256sum does. It omits checksums and
// signatures.
func writeChecksums(out io.Writer, folder string) error {
	files, err := filesBelow(folder)
	if err != nil {
		return err
	}
	for _, name := range files {
		if strings.HasPrefix(name, "checksums.txt") {
			continue
		}
		sum, err := checksum(filepath.Join(folder, name))
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(out, "%x  %s\n", sum, name); err != nil {
			return err
		}
	}
	return nil
}

// checksum returns the SHA-256 of a file.
func checksum(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return h.Sum(nil), nil
}

// sign writes the signature of a file with an ECDSA key in a PEM file, in base64. openssl dgst and
// cosign verify-blob verify it. The signature is deterministic (RFC 6979).
func sign(out io.Writer, keyFile, name string) error {
	key, err := readKey(keyFile)
	if err != nil {
		return fmt.Errorf("read the signing key: %w", err)
	}
	sum, err := checksum(name)
	if err != nil {
		return err
	}
	signature, err := key.Sign(nil, sum, crypto.SHA256)
	if err != nil {
		return fmt.Errorf("sign %s: %w", name, err)
	}
	_, err = fmt.Fprintln(out, base64.StdEncoding.EncodeToString(signature))
	return err
}

// readKey reads an ECDSA key in PKCS #8 or SEC 1 form.
func readKey(name string) (*ecdsa.PrivateKey, error) {
	content, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	for block, rest := pem.Decode(content); block != nil; block, rest = pem.Decode(rest) {
		switch block.Type {
		case "EC PRIVATE KEY":
			return x509.ParseECPrivateKey(block.Bytes)
		case "PRIVATE KEY":
			parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
			if err != nil {
				return nil, err
			}
			key, ok := parsed.(*ecdsa.PrivateKey)
			if !ok {
				return nil, fmt.Errorf("the key is a %T, not an ECDSA key", parsed)
			}
			return key, nil
		}
	}
	return nil, errors.New("the file has no unencrypted private key in PEM form")
}
