package settings

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// Environment gives access to environment variables and files. Tests replace it.
type Environment struct {
	Lookup func(name string) (value string, ok bool) // ok is false if the variable is unset
	Open   func(path string) (io.ReadCloser, error)
}

// ProcessEnvironment returns the environment of this process.
func ProcessEnvironment() Environment {
	return Environment{
		Lookup: os.LookupEnv,
		Open:   func(path string) (io.ReadCloser, error) { return os.Open(path) },
	}
}

// Load resolves the settings of a command after its flags are parsed. The precedence is
// flag, environment, settings file, default. The error lists every invalid value with its
// source.
func (s *Set) Load(command string, env Environment) (*Values, error) {
	var wrong []error
	var file *settingsFile
	for i, b := range s.rows {
		if !b.AppliesTo(command) {
			continue
		}
		if err := s.resolve(b, env, file); err != nil {
			wrong = append(wrong, err)
			continue
		}
		if i == 0 { // the first row holds the path of the settings file
			var err error
			if file, err = s.readFile(env); err != nil {
				return nil, err
			}
		}
	}
	if err := errors.Join(wrong...); err != nil {
		return nil, err
	}
	s.values.command = command
	return s.values, nil
}

// resolve sets and validates the value of one setting.
func (s *Set) resolve(b *boundSetting, env Environment, file *settingsFile) error {
	texts, from, err := b.lookup(env, file)
	if err != nil {
		return err
	}
	if from.Kind == FromEnv || from.Kind == FromFile {
		if err := b.set(texts); err != nil {
			return b.valueError(from, strings.Join(texts, ","), b.expected())
		}
	}
	b.source = from
	if from.Kind == FromDefault || b.rule.holds == nil {
		return nil
	}
	for _, text := range b.elements(s.values) {
		if text != "" && !b.rule.holds(text) {
			return b.valueError(from, text, b.rule.expected)
		}
	}
	return nil
}

// lookup returns the value from the source with the highest precedence. texts has several
// elements only for a list, and none for a flag, which already holds its value.
func (b *boundSetting) lookup(env Environment, file *settingsFile) (texts []string, from Source, err error) {
	if b.flag.Changed {
		return nil, Source{Kind: FromFlag}, nil
	}
	for _, name := range b.Env {
		if _, set := env.Lookup(name + fileSuffix); set && b.Name == configName {
			return nil, Source{}, fmt.Errorf("%s is not supported: set %s to the path of the settings file", name+fileSuffix, name)
		}
		text, at, err := readVariable(env, name)
		if err != nil {
			return nil, Source{}, err
		}
		if text != "" {
			return []string{text}, Source{FromEnv, at}, nil
		}
	}
	if texts, ok := file.lookup(b.Name); ok {
		return texts, Source{FromFile, file.path}, nil
	}
	return nil, Source{}, nil
}

// set stores the value without marking the flag as changed. A list from the settings file
// is already split; a list from the environment is split at commas, as a flag is.
func (b *boundSetting) set(texts []string) error {
	if list, ok := b.value.(pflag.SliceValue); ok && len(texts) != 1 {
		return list.Replace(slices.Clone(texts))
	}
	if len(texts) != 1 {
		return errors.New("expected one value")
	}
	return b.value.Set(texts[0])
}

// elements returns the texts that the rule checks: the elements of a list, or the single
// value.
func (b *boundSetting) elements(v *Values) []string {
	switch p := b.field(v).(type) {
	case *[]string:
		return *p
	case *Secret:
		return []string{p.Reveal()}
	default:
		return []string{b.value.String()}
	}
}

// fileSuffix, appended to NAME, forms the variable with the path of a file that contains the
// value of NAME. Docker and Kubernetes mount secrets as files.
const fileSuffix = "_FILE"

// maxVariableFile limits the size of a NAME_FILE file, in bytes.
const maxVariableFile = 64 << 10

// readVariable returns the value of a variable and the variable that provided it. An empty
// variable counts as unset, because Compose files and charts set empty variables.
func readVariable(env Environment, name string) (text, at string, err error) {
	text, _ = env.Lookup(name)
	path, _ := env.Lookup(name + fileSuffix)
	switch {
	case path == "":
		return text, name, nil
	case text != "":
		return "", "", fmt.Errorf("%s and %s are both set; set only one of them", name, name+fileSuffix)
	}
	b, err := readBounded(env, path, maxVariableFile)
	if err != nil {
		return "", "", fmt.Errorf("read the file of %s: %w", name+fileSuffix, err)
	}
	if text = strings.TrimSpace(string(b)); text == "" {
		return "", "", fmt.Errorf("file %s of %s is empty", path, name+fileSuffix)
	}
	return text, name + fileSuffix, nil
}

// readBounded reads a file. A file of more than limit bytes is an error.
func readBounded(env Environment, path string, limit int64) ([]byte, error) {
	f, err := env.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(b)) > limit {
		return nil, fmt.Errorf("%s is larger than %d bytes", path, limit)
	}
	return b, nil
}
