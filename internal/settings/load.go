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

// Environment is where variables and files are read; it is the process's own but
// in tests.
type Environment struct {
	Lookup func(name string) (string, bool)
	Open   func(path string) (io.ReadCloser, error)
}

// ProcessEnvironment is the environment of this process.
func ProcessEnvironment() Environment {
	return Environment{
		Lookup: os.LookupEnv,
		Open:   func(path string) (io.ReadCloser, error) { return os.Open(path) },
	}
}

// Load finds the values of a command's settings, once its flags are parsed: the
// flag's, else the environment's, else the file's, else the default. Every value
// that can't be is named in the error, with where it came from.
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
		if i == 0 { // the table begins with the file itself
			var err error
			if file, err = s.readFile(env); err != nil {
				return nil, err
			}
		}
	}
	if err := errors.Join(wrong...); err != nil {
		return nil, err
	}
	return s.values, nil
}

// resolve gives one setting its value and checks it.
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

// lookup looks for a value, best source first; texts are several for a list.
func (b *boundSetting) lookup(env Environment, file *settingsFile) (texts []string, from Source, err error) {
	if b.flag.Changed {
		return nil, Source{Kind: FromFlag}, nil
	}
	for _, name := range b.Env {
		if _, set := env.Lookup(name + fileSuffix); set && b.Name == configName {
			return nil, Source{}, fmt.Errorf("%s is not read: name the file of settings with %s", name+fileSuffix, name)
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

// set sets the value below the flag. A list from a file has its elements already
// apart; one from the environment is cut at commas, as the flag's is.
func (b *boundSetting) set(texts []string) error {
	if list, ok := b.value.(pflag.SliceValue); ok && len(texts) != 1 {
		return list.Replace(slices.Clone(texts))
	}
	if len(texts) != 1 {
		return errors.New("one value is expected")
	}
	return b.value.Set(texts[0])
}

// elements are the value as its rule wants it: a list's elements, or the one.
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

// fileSuffix makes a variable's name that of the path of a file with its value, as
// Docker and Kubernetes mount secrets.
const fileSuffix = "_FILE"

// maxVariableFile bounds a file that NAME_FILE names, in bytes.
const maxVariableFile = 64 << 10

// readVariable gives a variable's value and the name it was found by. An empty
// variable counts as none, since compose files and charts set such.
func readVariable(env Environment, name string) (text, at string, err error) {
	text, _ = env.Lookup(name)
	path, _ := env.Lookup(name + fileSuffix)
	switch {
	case path == "":
		return text, name, nil
	case text != "":
		return "", "", fmt.Errorf("%s and %s are both set; keep one of them", name, name+fileSuffix)
	}
	b, err := readBounded(env, path, maxVariableFile)
	if err != nil {
		return "", "", fmt.Errorf("read the file that %s names: %w", name+fileSuffix, err)
	}
	if text = strings.TrimSpace(string(b)); text == "" {
		return "", "", fmt.Errorf("the file %s that %s names is empty", path, name+fileSuffix)
	}
	return text, name + fileSuffix, nil
}

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
