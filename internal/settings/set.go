package settings

import "github.com/spf13/pflag"

// Set is the table of settings with their values.
type Set struct {
	rows   []*boundSetting
	values *Values
}

// boundSetting is a row with its flag. The flag holds the value even if the setting has no
// command-line flag.
type boundSetting struct {
	Setting
	flag   *pflag.Flag
	value  pflag.Value // the value of pflag that describedValue wraps
	source Source
}

// New returns a Set of the table with default values.
func New() *Set { return newSet(Table()) }

func newSet(table []Setting) *Set {
	s := &Set{values: &Values{}}
	s.values.set = s
	fs := pflag.NewFlagSet("settings", pflag.ContinueOnError)
	for _, row := range table {
		b := &boundSetting{Setting: row, source: Source{Kind: FromDefault}}
		define(fs, row, row.field(s.values))
		b.flag = fs.Lookup(row.Name)
		b.value = b.flag.Value
		b.flag.Value = &describedValue{b.value, row}
		b.flag.DefValue = row.Default // help shows the default as the table writes it
		b.flag.Annotations = map[string][]string{groupAnnotation: {row.Group}, choicesAnnotation: row.rule.words}
		s.rows = append(s.rows, b)
	}
	return s
}

// The annotations of a flag: its group, and the valid values of an enumeration.
const (
	groupAnnotation   = "clausea.group"
	choicesAnnotation = "clausea.choices"
)

// FlagChoices returns the valid values of a flag that is an enumeration, otherwise nil.
func FlagChoices(f *pflag.Flag) []string { return f.Annotations[choicesAnnotation] }

// FlagGroup returns the group of a flag of the table, and "" for any other flag.
func FlagGroup(f *pflag.Flag) string {
	if g := f.Annotations[groupAnnotation]; len(g) > 0 {
		return g[0]
	}
	return ""
}

// AddFlags adds the flags of a command to fs, except those that all commands share.
func (s *Set) AddFlags(fs *pflag.FlagSet, command string) {
	for _, b := range s.rows {
		if b.Flag && len(b.Commands) > 0 && b.AppliesTo(command) {
			fs.AddFlag(b.flag)
		}
	}
}

// AddGlobalFlags adds the flags that all commands share to fs.
func (s *Set) AddGlobalFlags(fs *pflag.FlagSet) {
	for _, b := range s.rows {
		if b.Flag && len(b.Commands) == 0 {
			fs.AddFlag(b.flag)
		}
	}
}

func (s *Set) byField(field any) *boundSetting {
	for _, b := range s.rows {
		if b.field(s.values) == field {
			return b
		}
	}
	return nil
}
