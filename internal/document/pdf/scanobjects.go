package pdf

import (
	"bytes"
	"strconv"
)

// scannedObject is an object that was found by scanning a file.
type scannedObject struct {
	number, generation int
	start, end         int // offsets of the object without the content of its stream
	stream             int // offset of the content of its stream; 0 if it has none
}

// scanObjects returns the objects of a file in file order. It does not search the contents
// of streams, which may contain other files.
func scanObjects(body []byte) []scannedObject {
	var all []scannedObject
	for at := 0; len(all) < maxRebuilt; {
		i := bytes.Index(body[at:], []byte("obj"))
		if i < 0 {
			break
		}
		i += at
		at = i + len("obj")
		o, ok := objectHeader(body, i)
		if !ok {
			continue
		}
		end := bytes.Index(body[at:], []byte("endobj"))
		if end < 0 {
			end = len(body) - at
		}
		o.end = at + end
		if s := streamStart(body[at:o.end]); s > 0 {
			o.stream, o.end = at+s, at+s
			if e := bytes.Index(body[o.stream:], []byte("endstream")); e >= 0 {
				at = o.stream + e
			} else {
				at = o.stream
			}
		}
		all = append(all, o)
	}
	return all
}

// objectHeader parses the numbers before the keyword at body[i]: "7 0 obj".
func objectHeader(body []byte, i int) (scannedObject, bool) {
	generation, start, ok := numberBefore(body, i)
	if !ok {
		return scannedObject{}, false
	}
	number, start, ok := numberBefore(body, start)
	if !ok || number == 0 || start > 0 && isRegular(body[start-1]) {
		return scannedObject{}, false
	}
	return scannedObject{number: number, generation: generation, start: start}, true
}

// maxDigits bounds the digits of an object number or generation.
const maxDigits = 10

// numberBefore parses the number that ends before body[end], with optional white space
// between.
func numberBefore(body []byte, end int) (n, start int, ok bool) {
	for end > 0 && bytes.IndexByte([]byte(whiteSpace), body[end-1]) >= 0 {
		end--
	}
	start = end
	for start > 0 && end-start <= maxDigits && body[start-1] >= '0' && body[start-1] <= '9' {
		start--
	}
	n, err := strconv.Atoi(string(body[start:end]))
	return n, start, err == nil && end-start <= maxDigits
}

// isRegular reports whether a character may be part of a name or number: it is neither
// white space nor a delimiter (ISO 32000-1, 7.2.2).
func isRegular(c byte) bool {
	return bytes.IndexByte([]byte(whiteSpace+"()<>[]{}/%"), c) < 0
}

// streamStart returns the offset of the content of the stream in an object, or 0.
func streamStart(object []byte) int {
	for at := 0; ; {
		i := bytes.Index(object[at:], []byte("stream"))
		if i < 0 {
			return 0
		}
		i += at
		at = i + len("stream")
		if !bytes.HasSuffix(bytes.TrimRight(object[:i], whiteSpace), []byte(">>")) {
			continue
		}
		switch rest := object[at:]; {
		case bytes.HasPrefix(rest, []byte("\r\n")):
			return at + 2
		case bytes.HasPrefix(rest, []byte("\n")), bytes.HasPrefix(rest, []byte("\r")):
			return at + 1
		}
	}
}
