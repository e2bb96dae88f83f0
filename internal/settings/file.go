package settings

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"sigs.k8s.io/yaml"
)

// maxSettingsFile limits the size of the settings file, in bytes.
const maxSettingsFile = 1 << 20

// settingsFile is a parsed settings file. A nil settingsFile has no values.
type settingsFile struct {
	path   string
	values map[string][]string // by name; a list has several elements
}

func (f *settingsFile) lookup(name string) ([]string, bool) {
	if f == nil {
		return nil, false
	}
	texts, ok := f.values[name]
	return texts, ok
}

// readFile reads the file of --config, if any. An unknown key is an error, because it is
// usually a misspelled setting.
func (s *Set) readFile(env Environment) (*settingsFile, error) {
	path := s.values.Config
	if path == "" {
		return nil, nil //nolint:nilnil // nil is a valid, empty settingsFile
	}
	b, err := readBounded(env, path, maxSettingsFile)
	if err != nil {
		return nil, fmt.Errorf("read settings file: %w", err)
	}
	raw, err := yaml.YAMLToJSONStrict(b)
	if err != nil {
		return nil, fmt.Errorf("parse settings file %s: invalid YAML: %w", path, err)
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber() // preserves the written form of numbers
	var entries map[string]any
	if err := dec.Decode(&entries); err != nil && err != io.EOF {
		return nil, fmt.Errorf("parse settings file %s: expected name: value pairs", path)
	}
	f := &settingsFile{path: path, values: map[string][]string{}}
	for name, value := range entries {
		if err := s.checkFileKey(name); err != nil {
			return nil, fmt.Errorf("settings file %s: %w", path, err)
		}
		if value == nil {
			continue // an empty entry counts as unset, as in the environment
		}
		texts, ok := valueTexts(value)
		if !ok {
			return nil, fmt.Errorf("settings file %s: %s has a nested value; expected one value or a list of values", path, name)
		}
		f.values[name] = texts
	}
	return f, nil
}

// valueTexts converts a YAML value to flag syntax. It reports false for nested values.
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

// checkFileKey returns an error if name is not a setting that a settings file may contain.
func (s *Set) checkFileKey(name string) error {
	for _, b := range s.rows {
		switch {
		case b.Name != name:
		case name == configName:
			return fmt.Errorf("%s is not allowed in a settings file", name)
		case len(b.Env) == 0:
			return fmt.Errorf("%s is not allowed in a settings file: use the flag --%[1]s", name)
		default:
			return nil
		}
	}
	for _, b := range s.rows { // suggest the key if the user wrote the variable
		for _, env := range b.Env {
			if strings.EqualFold(env, name) {
				return fmt.Errorf("unknown setting %s; use %s", name, b.Name)
			}
		}
	}
	return fmt.Errorf("unknown setting %s; see docs/configuration.md or clausea config print", name)
}
