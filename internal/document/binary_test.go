package document

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"image"
	"image/png"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/clausea/crawler/internal/document/doctype"
)

func TestReadRejectsBinaryContentWithItsType(t *testing.T) {
	t.Parallel()
	var picture, archive bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 40, 40))); err != nil {
		t.Fatal(err)
	}
	z := gzip.NewWriter(&archive)
	if _, err := z.Write([]byte(policy)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	noise := make([]byte, 64<<10)
	_, _ = rand.Read(noise) // never returns an error
	noise[0] = 0x80         // not a control character, and not the start of a known type
	program := append([]byte("\x7fELF\x02\x01\x01"), make([]byte, 57)...)
	for name, c := range map[string]struct {
		body, contentType, is string
	}{
		"an executable":               {string(program) + strings.Repeat("/lib64/ld-linux.so.2\x00", 40), "", "application/x-"},
		"an image":                    {picture.String(), "", "image/png"},
		"an image served as HTML":     {picture.String(), "text/html; charset=utf-8", "image/png"},
		"a compressed page":           {archive.String(), "text/html", "application/gzip"},
		"a word processor's document": {"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00[Content_Types].xml", "", "application/zip"},
		"noise":                       {string(noise), "", "application/octet-stream"},
		"noise served as HTML":        {string(noise), "text/html", "application/octet-stream"},
		"noise served as Markdown":    {string(noise), "text/markdown", "application/octet-stream"},
	} {
		_, err := Read(Input{Body: []byte(c.body), ContentType: c.contentType})
		if !errors.Is(err, ErrBinary) || !strings.Contains(err.Error(), c.is) {
			t.Errorf("%s: %v, want %s", name, err, c.is)
		}
	}
}

func TestReadAcceptsTextThatResemblesBinaryContent(t *testing.T) {
	t.Parallel()
	sentence := "We keep your personal data for three years after you close your account. "
	var wide []byte
	for _, u := range utf16.Encode([]rune(policy)) {
		wide = binary.LittleEndian.AppendUint16(wide, u)
	}
	for name, in := range map[string]Input{
		"the magic number of a bitmap":   {Body: []byte("BMW's privacy policy. " + sentence)},
		"the magic number of an MP3":     {Body: []byte("ID3 Ltd's privacy policy. " + sentence)},
		"a stray control character":      {Body: []byte("Privacy\x0bpolicy. \x00" + sentence)},
		"a control character in HTML":    {Body: []byte("<section>\x08<p>" + sentence + "</p></section>"), ContentType: "text/html"},
		"UTF-16 with a byte order mark":  {Body: append([]byte("\xff\xfe"), wide...), ContentType: "text/html"},
		"UTF-16 with a declared charset": {Body: wide, ContentType: "text/html; charset=utf-16le"},
		"HTML padded with NULs":          {Body: []byte("<!doctype html><p>" + sentence + "</p>" + strings.Repeat("\x00", 4000)), ContentType: "text/html"},
		"XHTML with a BOM and a NUL":     {Body: []byte("\ufeff<?xml version=\"1.0\"?><html xmlns=\"http://www.w3.org/1999/xhtml\"><p>\x00" + sentence + "</p></html>"), ContentType: "text/html"},
		"ISO-2022-JP with escapes":       {Body: []byte("\x1b$B8D?M>pJs\x1b(B " + sentence), ContentType: "text/plain; charset=iso-2022-jp"},
		"nothing":                        {},
	} {
		d, err := Read(in)
		if err != nil || name != "nothing" && !strings.Contains(d.Markdown, "three years") {
			t.Errorf("%s: %v, %q", name, err, d.Markdown)
		}
		if d.Type == "" || d.Type == doctype.Other == d.Legal {
			t.Errorf("%s: %s, legal %v", name, d.Type, d.Legal)
		}
	}
}
