package pdf

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
)

// trimHeader removes the bytes before the header of a file. Readers accept them (ISO
// 32000-1, annex H, implementation note 13), and they shift all offsets.
func trimHeader(body []byte) []byte {
	if i := bytes.Index(body[:min(len(body), headerBytes)], []byte("%PDF-")); i > 0 {
		return body[i:]
	}
	return body
}

// headerBytes is the length of the part of a file in which its header may begin.
const headerBytes = 1024

// hasWrongOffset reports whether the cross-reference table of a file has an offset at which
// its object is not. The parser reads another object there, or none.
func hasWrongOffset(doc *model.Context, body []byte) bool {
	for number, entry := range doc.Table {
		if entry == nil || entry.Free || entry.Compressed || entry.Offset == nil || *entry.Offset <= 0 {
			continue
		}
		if *entry.Offset >= int64(len(body)) || !beginsObject(body[*entry.Offset:], number) {
			return true
		}
	}
	return false
}

// beginsObject reports whether b begins with the header of an object with a number, such as
// "7 0 obj".
func beginsObject(b []byte, number int) bool {
	b = bytes.TrimLeft(b[:min(len(b), 64)], whiteSpace)
	rest, ok := bytes.CutPrefix(b, strconv.AppendInt(nil, int64(number), 10))
	if !ok {
		return false
	}
	generation := bytes.TrimLeft(rest, whiteSpace)
	rest = bytes.TrimLeft(generation, "0123456789")
	return len(generation) < len(b) && len(rest) < len(generation) && bytes.HasPrefix(bytes.TrimLeft(rest, whiteSpace), []byte("obj"))
}

// whiteSpace lists the white-space characters of the format (ISO 32000-1, 7.2.2).
const whiteSpace = "\x00\t\n\f\r "

// maxRebuilt bounds the object numbers of a rebuilt cross-reference table.
const maxRebuilt = 200_000

var (
	rootPattern    = regexp.MustCompile(`/Root\s+(\d+)\s+\d+\s+R`)
	encryptPattern = regexp.MustCompile(`/Encrypt\s+\d+\s+\d+\s+R`)
	idPattern      = regexp.MustCompile(`/ID\s*\[[^\]]*\]`)
	catalogPattern = regexp.MustCompile(`/Type\s*/Catalog\b`)
	countPattern   = regexp.MustCompile(`/N\s+(\d+)`)
	firstPattern   = regexp.MustCompile(`/First\s+(\d+)`)
)

// rebuild returns the file with a new cross-reference table at its end, made by scanning for
// objects. It returns nil if that is not possible: the file has no catalog, or an object
// stream that cannot be decoded.
func rebuild(body []byte) []byte {
	entries, root, ok := scanTable(body)
	if !ok {
		return nil
	}
	top := 0
	for number := range entries {
		top = max(top, number)
	}
	extra := ""
	if e := encryptPattern.FindAll(body, -1); len(e) > 0 {
		extra = string(e[len(e)-1])
		if id := idPattern.FindAll(body, -1); len(id) > 0 {
			extra += " " + string(id[len(id)-1])
		}
	}
	const width = 1 + 4 + 2
	table := make([]byte, (top+1)*width)
	for number, e := range entries {
		row := table[number*width:]
		row[0] = e.kind
		binary.BigEndian.PutUint32(row[1:], uint32(e.position)) // at most MaxBytes
		binary.BigEndian.PutUint16(row[5:], uint16(e.index))    // a generation or an index
	}
	out := append(bytes.Clone(body), '\n')
	start := len(out)
	out = fmt.Appendf(out, "%d 0 obj\n<< /Type /XRef /Size %d /W [1 4 2] /Root %d 0 R %s /Length %d >>\nstream\n", top+1, top+1, root, extra, len(table))
	out = append(out, table...)
	return fmt.Appendf(out, "\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n", start)
}

// tableEntry is an entry of a cross-reference stream (ISO 32000-1, table 18). For kind 1,
// position is an offset and index the generation. For kind 2, position is the number of an
// object stream and index the index in it.
type tableEntry struct {
	kind     byte
	position int
	index    int
}

// scanTable returns the entries of all objects of a file, and the number of its catalog. Of
// several objects with a number, the last one counts.
func scanTable(body []byte) (entries map[int]tableEntry, root int, ok bool) {
	entries = map[int]tableEntry{}
	encrypted := encryptPattern.Match(body)
	for _, o := range scanObjects(body) {
		if o.number > maxRebuilt {
			return nil, 0, false
		}
		entries[o.number] = tableEntry{kind: 1, position: o.start, index: o.generation}
		header := body[o.start:o.end]
		if catalogPattern.Match(header) {
			root = o.number
		}
		if o.stream == 0 || !bytes.Contains(header, []byte("/ObjStm")) {
			continue
		}
		numbers, inside, decoded := objectStream(header, body[o.stream:])
		if !decoded || encrypted {
			return nil, 0, false
		}
		for i, number := range numbers {
			if number <= maxRebuilt {
				entries[number] = tableEntry{kind: 2, position: o.number, index: i}
			}
		}
		if at := catalogPattern.FindIndex(inside.content); at != nil {
			root = inside.numberAt(at[0])
		}
	}
	if roots := rootPattern.FindAllSubmatch(body, -1); len(roots) > 0 {
		if n, err := strconv.Atoi(string(roots[len(roots)-1][1])); err == nil && entries[n].kind > 0 {
			root = n
		}
	}
	return entries, root, root > 0
}

// objectStreamContent is the decoded content of an object stream.
type objectStreamContent struct {
	content []byte
	numbers []int
	offsets []int // in content, of the objects of numbers
}

// numberAt returns the number of the object that contains a position of the content.
func (c objectStreamContent) numberAt(at int) int {
	number := 0
	for i, from := range c.offsets {
		if from <= at {
			number = c.numbers[i]
		}
	}
	return number
}

// objectStream returns the numbers of the objects in an object stream. It decodes only the
// filter that such streams have in practice.
func objectStream(dictionary, data []byte) (numbers []int, inside objectStreamContent, ok bool) {
	count, first := intOf(countPattern, dictionary), intOf(firstPattern, dictionary)
	if count <= 0 || count > math.MaxUint16 || first <= 0 {
		return nil, inside, false
	}
	content := data
	if bytes.Contains(dictionary, []byte("/Filter")) {
		if !bytes.Contains(dictionary, []byte("/FlateDecode")) || bytes.Contains(dictionary, []byte("/DecodeParms")) {
			return nil, inside, false
		}
		z, err := zlib.NewReader(bytes.NewReader(data))
		if err != nil {
			return nil, inside, false
		}
		if content, err = io.ReadAll(io.LimitReader(z, maxContentBytes)); err != nil {
			return nil, inside, false
		}
	}
	if first > len(content) {
		return nil, inside, false
	}
	fields := bytes.Fields(content[:first])
	inside.content = content
	for i := 0; i+1 < len(fields) && len(inside.numbers) < count; i += 2 {
		number, err := strconv.Atoi(string(fields[i]))
		offset, err2 := strconv.Atoi(string(fields[i+1]))
		if err != nil || err2 != nil || number < 0 || offset < 0 {
			return nil, inside, false
		}
		inside.numbers, inside.offsets = append(inside.numbers, number), append(inside.offsets, first+offset)
	}
	return inside.numbers, inside, true
}

// intOf returns the number that a pattern matches in a dictionary, or -1.
func intOf(pattern *regexp.Regexp, dictionary []byte) int {
	m := pattern.FindSubmatch(dictionary)
	if m == nil {
		return -1
	}
	n, err := strconv.Atoi(string(m[1]))
	if err != nil {
		return -1
	}
	return n
}
