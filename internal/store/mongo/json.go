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

// maxNesting is MongoDB's own bound on nested documents, less what wraps a resource.
const maxNesting = 90

// fromJSON turns JSON into the BSON of the same shape, so that a resource reads in
// the database as it does in a manifest. Extended JSON is not meant here: a key
// such as $date is a key.
func fromJSON(b []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	v, err := decodeValue(d, 0)
	if err != nil {
		return nil, fmt.Errorf("the object is no JSON: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("the object is no JSON: something follows its end")
	}
	return v, nil
}

func decodeValue(d *json.Decoder, depth int) (any, error) {
	if depth > maxNesting {
		return nil, fmt.Errorf("it is nested deeper than %d", maxNesting)
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

func decodeMembers(d *json.Decoder, depth int) (any, error) {
	doc := bson.D{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, err
		}
		key, _ := t.(string)
		if strings.ContainsRune(key, 0) {
			return nil, fmt.Errorf("the key %q has a NUL, which MongoDB can't keep", key)
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

// toJSON undoes fromJSON.
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
			return fmt.Errorf("the stored number %v has no JSON form", v)
		}
		return writeScalar(w, v)
	case nil, bool, string, int32, int64:
		return writeScalar(w, v)
	default:
		return fmt.Errorf("the stored value of type %T has no JSON form", v)
	}
	return nil
}

func writeScalar(w *bytes.Buffer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	w.Truncate(w.Len() - 1) // the encoder's newline
	return nil
}
