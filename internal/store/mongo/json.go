package mongo

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// maxNesting is the maximum nesting of a resource: MongoDB's limit for nested documents,
// less the levels that wrap the resource.
const maxNesting = 90

// fromJSON converts JSON to BSON of the same structure, so that a resource looks the same in
// the database as in a manifest. It does not interpret Extended JSON: $date is a key like any
// other.
func fromJSON(b []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	v, err := decodeValue(d, 0)
	if err != nil {
		return nil, fmt.Errorf("invalid JSON: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("invalid JSON: data after the object")
	}
	return v, nil
}

// decodeValue decodes the next JSON value.
func decodeValue(d *json.Decoder, depth int) (any, error) {
	if depth > maxNesting {
		return nil, fmt.Errorf("nested deeper than %d levels", maxNesting)
	}
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t := t.(type) {
	case json.Number:
		if n, err := t.Int64(); err == nil {
			return n, nil
		}
		return t.Float64()
	case json.Delim:
		if t == '{' {
			return decodeMembers(d, depth)
		}
		list := bson.A{}
		for d.More() {
			v, err := decodeValue(d, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err := d.Token()
		return list, err
	default:
		return t, nil
	}
}

// decodeMembers decodes the members of a JSON object up to its closing brace.
func decodeMembers(d *json.Decoder, depth int) (any, error) {
	doc := bson.D{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, err
		}
		key, _ := t.(string)
		if strings.ContainsRune(key, 0) {
			return nil, fmt.Errorf("key %q contains a NUL character, which MongoDB does not support", key)
		}
		v, err := decodeValue(d, depth+1)
		if err != nil {
			return nil, err
		}
		doc = append(doc, bson.E{Key: key, Value: v})
	}
	_, err := d.Token()
	return doc, err
}

// toJSON is the inverse of fromJSON.
func toJSON(w *bytes.Buffer, v any) error {
	switch v := v.(type) {
	case bson.D:
		w.WriteByte('{')
		for i, e := range v {
			if i > 0 {
				w.WriteByte(',')
			}
			if err := writeScalar(w, e.Key); err != nil {
				return err
			}
			w.WriteByte(':')
			if err := toJSON(w, e.Value); err != nil {
				return err
			}
		}
		w.WriteByte('}')
	case bson.A:
		w.WriteByte('[')
		for i, e := range v {
			if i > 0 {
				w.WriteByte(',')
			}
			if err := toJSON(w, e); err != nil {
				return err
			}
		}
		w.WriteByte(']')
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("number %v has no JSON representation", v)
		}
		return writeScalar(w, v)
	case nil, bool, string, int32, int64:
		return writeScalar(w, v)
	default:
		return fmt.Errorf("value of type %T has no JSON representation", v)
	}
	return nil
}

// writeScalar writes v as JSON without a newline.
func writeScalar(w *bytes.Buffer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	w.Truncate(w.Len() - 1) // the encoder's newline
	return nil
}
