package evidence

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

// Errors of keys. They contain no part of the key.
var (
	errPrivateKey = errors.New("the evidence key is neither an Ed25519 private key in PEM (PKCS #8) nor a seed of 32 bytes in base64")
	errPublicKey  = errors.New("the public key is neither an Ed25519 public key in PEM nor 32 bytes in base64")
)

// ParsePrivateKey reads a private key: PEM (PKCS #8), or the seed of 32 bytes in base64. It
// returns nil for an empty text.
func ParsePrivateKey(text string) (ed25519.PrivateKey, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, nil
	}
	if block, _ := pem.Decode([]byte(text)); block != nil {
		key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		private, ok := key.(ed25519.PrivateKey)
		if err != nil || !ok {
			return nil, errPrivateKey
		}
		return private, nil
	}
	seed, ok := decodeKey(text)
	if !ok {
		return nil, errPrivateKey
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// ParsePublicKey reads a public key: PEM, or 32 bytes in base64.
func ParsePublicKey(text string) (ed25519.PublicKey, error) {
	text = strings.TrimSpace(text)
	if block, _ := pem.Decode([]byte(text)); block != nil {
		key, err := x509.ParsePKIXPublicKey(block.Bytes)
		public, ok := key.(ed25519.PublicKey)
		if err != nil || !ok {
			return nil, errPublicKey
		}
		return public, nil
	}
	key, ok := decodeKey(text)
	if !ok {
		return nil, errPublicKey
	}
	return key, nil
}

// decodeKey decodes 32 bytes in base64, with the alphabet of URLs or the other one.
func decodeKey(text string) ([]byte, bool) {
	text = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
	b, err := base64.RawStdEncoding.DecodeString(text)
	return b, err == nil && len(b) == ed25519.SeedSize
}

// FormatPublicKey returns a public key in PEM.
func FormatPublicKey(key ed25519.PublicKey) (string, error) {
	b, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return "", fmt.Errorf("encode a public key: %w", err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: b})), nil
}

// KeyText returns a public key as 32 bytes in base64, which ParsePublicKey reads.
func KeyText(key ed25519.PublicKey) string { return base64.StdEncoding.EncodeToString(key) }
