package azuresim

import "fmt"

// refusal is why the portal or the shell does not do what it was asked: one or
// two sentences for the person who asked.
type refusal struct{ sentence string }

func (r *refusal) Error() string { return r.sentence }

func refuse(format string, args ...any) error {
	return &refusal{fmt.Sprintf(format, args...)}
}
