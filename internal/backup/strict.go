package backup

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// decodeStrict decodes one JSON value into v. Unlike encoding/json, it rejects unknown and
// repeated keys, keys in another case, and data after the value.
func decodeStrict(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("data after the value")
	}
	known, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if bytes.Equal(known, b) {
		return nil // what this program writes
	}
	allowed := map[string]bool{}
	if err := walkKeys(json.NewDecoder(bytes.NewReader(known)), "", func(path string) error {
		allowed[path] = true
		return nil
	}); err != nil {
		return err
	}
	seen := map[string]bool{}
	return walkKeys(json.NewDecoder(bytes.NewReader(b)), "", func(path string) error {
		if !allowed[path] {
			return fmt.Errorf("unknown field %.80q", path)
		}
		if seen[path] {
			return fmt.Errorf("repeated field %.80q", path)
		}
		seen[path] = true
		return nil
	})
}

// maxPath is the maximum length of a path of keys. It bounds the time that a crafted value takes.
const maxPath = 1000

// walkKeys calls do with the path of each key in the next JSON value.
func walkKeys(d *json.Decoder, path string, do func(path string) error) error {
	if len(path) > maxPath {
		return errors.New("the value is nested too deeply")
	}
	t, err := d.Token()
	if err != nil {
		return err
	}
	open, ok := t.(json.Delim)
	if !ok {
		return nil
	}
	for i := 0; d.More(); i++ {
		below := fmt.Sprintf("%s[%d]", path, i)
		if open == '{' {
			key, err := d.Token()
			if err != nil {
				return err
			}
			below = fmt.Sprintf("%s.%s", path, key)
			if err := do(below); err != nil {
				return err
			}
		}
		if err := walkKeys(d, below, do); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}
