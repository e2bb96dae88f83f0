package settings

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"sigs.k8s.io/yaml"
)

// maxSettingsFile bounds the file of settings, in bytes.
const maxSettingsFile = 1 << 20

// settingsFile is a file of settings that was read; nil is none.
type settingsFile struct {
	path   string
	values map[string][]string // by name; several for a list
}

func (f *settingsFile) lookup(name string) ([]string, bool) {
	if f == nil {
		return nil, false
	}
	texts, ok := f.values[name]
	return texts, ok
}

// readFile reads the file that --config names, if any. A key that no setting has
// is an error, for it is most often a misspelt one.
func (s *Set) readFile(env Environment) (*settingsFile, error) {
	path := s.values.Config
	if path == "" {
		return nil, nil //nolint:nilnil // nil is the file that holds nothing
	}
	b, err := readBounded(env, path, maxSettingsFile)
	if err != nil {
		return nil, fmt.Errorf("read the file of settings: %w", err)
	}
	raw, err := yaml.YAMLToJSONStrict(b)
	if err != nil {
		return nil, fmt.Errorf("the file of settings %s is no YAML: %w", path, err)
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber() // a number is kept as it was written
	var entries map[string]any
	if err := dec.Decode(&entries); err != nil && err != io.EOF {
		return nil, fmt.Errorf("the file of settings %s holds no list of name: value", path)
	}
	f := &settingsFile{path: path, values: map[string][]string{}}
	for name, value := range entries {
		if err := s.checkFileKey(name); err != nil {
			return nil, fmt.Errorf("the file of settings %s: %w", path, err)
		}
		if value == nil {
			continue // an empty entry is as none, as in the environment
		}
		texts, ok := valueTexts(value)
		if !ok {
			return nil, fmt.Errorf("the file of settings %s: %s holds something nested; write one value, or a list of them", path, name)
		}
		f.values[name] = texts
	}
	return f, nil
}

// valueTexts is a value as a flag would be given it.
func valueTexts(value any) ([]string, bool) {
	switch v := value.(type) {
	case map[string]any:
		return nil, false
	case []any:
		texts := []string{}
		for _, e := range v {
			one, ok := valueTexts(e)
			if _, list := e.([]any); !ok || list {
				return nil, false
			}
			texts = append(texts, one...)
		}
		return texts, true
	default:
		return []string{fmt.Sprint(v)}, true
	}
}

func (s *Set) checkFileKey(name string) error {
	for _, b := range s.rows {
		switch {
		case b.Name != name:
		case name == configName:
			return fmt.Errorf("%s can't name another file", name)
		case len(b.Env) == 0:
			return fmt.Errorf("%s is a flag only: give it on the command line", name)
		default:
			return nil
		}
	}
	for _, b := range s.rows { // the variable's name is an easy slip
		for _, env := range b.Env {
			if strings.EqualFold(env, name) {
				return fmt.Errorf("there is no setting %s; in a file it is %s", name, b.Name)
			}
		}
	}
	return fmt.Errorf("there is no setting %s; docs/configuration.md and clausea config print list them", name)
}
