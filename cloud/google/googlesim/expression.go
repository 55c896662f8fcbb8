package googlesim

import (
	"regexp"
	"strings"
)

// expression is the part of CEL (the Common Expression Language) that is simulated: an
// attribute, a text, and comparisons with ==, != and startsWith that && and || combine.
type expression interface {
	// value is the text of an attribute, or "true" or "false". known is false for an
	// attribute that the certificate doesn't have.
	value(attributes map[string]string) (text string, known bool)
	isCondition() bool
}

type attribute string

func (a attribute) value(attributes map[string]string) (string, bool) {
	text, ok := attributes[string(a)]
	return text, ok
}
func (attribute) isCondition() bool { return false }

type literal string

func (l literal) value(map[string]string) (string, bool) { return string(l), true }
func (literal) isCondition() bool                        { return false }

type comparison struct {
	operator    string // "==", "!=", "startsWith"
	left, right expression
}

func (c comparison) value(attributes map[string]string) (string, bool) {
	left, known := c.left.value(attributes)
	right, alsoKnown := c.right.value(attributes)
	if !known || !alsoKnown {
		return "", false
	}
	result := false
	switch c.operator {
	case "==":
		result = left == right
	case "!=":
		result = left != right
	case "startsWith":
		result = strings.HasPrefix(left, right)
	}
	return truth(result), true
}
func (comparison) isCondition() bool { return true }

type combination struct {
	operator string // "&&", "||"
	parts    []expression
}

func (c combination) value(attributes map[string]string) (string, bool) {
	for _, part := range c.parts {
		text, known := part.value(attributes)
		if !known {
			return "", false
		}
		if decided := text == "true"; decided == (c.operator == "||") {
			return truth(decided), true
		}
	}
	return truth(c.operator == "&&"), true
}
func (combination) isCondition() bool { return true }

func truth(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

// longestExpression is the longest that Google accepts.
const longestExpression = 4096

var (
	termForm       = `(assertion\.[A-Za-z0-9.]+|'[^'\\]*'|"[^"\\]*")`
	termAlone      = regexp.MustCompile(`^\s*` + termForm + `\s*$`)
	comparisonForm = regexp.MustCompile(`^\s*` + termForm + `\s*(==|!=)\s*` + termForm + `\s*$`)
	startsForm     = regexp.MustCompile(`^\s*` + termForm + `\.startsWith\(\s*` + termForm + `\s*\)\s*$`)
)

// attributesKnown are those that a certificate gives.
var attributesKnown = map[string]bool{"assertion.subject.dn.cn": true, "assertion.subject.dn.o": true, "assertion.subject.dn.ou": true, "assertion.issuer.dn.cn": true,
	"assertion.issuer.dn.o": true, "assertion.issuer.dn.ou": true, "assertion.serialNumberHex": true, "assertion.sha256Fingerprint": true, "assertion.san.dns": true, "assertion.san.uri": true}

func parseExpression(text string) (expression, error) {
	if len(text) > longestExpression {
		return nil, invalid("An expression has at most %d characters.", longestExpression)
	}
	outside := withoutTexts(text)
	for _, operator := range []string{"||", "&&"} { // the looser one first
		if !strings.Contains(outside, operator) {
			continue
		}
		c := combination{operator: operator}
		begin := 0
		for at := 0; at <= len(outside); at++ {
			if at < len(outside) && !strings.HasPrefix(outside[at:], operator) {
				continue
			}
			part, err := parseExpression(text[begin:at])
			if err != nil {
				return nil, err
			}
			if !part.isCondition() {
				return nil, unsupported(text)
			}
			c.parts = append(c.parts, part)
			begin, at = at+2, at+1
		}
		return c, nil
	}
	if m := startsForm.FindStringSubmatch(text); m != nil {
		return compare("startsWith", m[1], m[2])
	}
	if m := comparisonForm.FindStringSubmatch(text); m != nil {
		return compare(m[2], m[1], m[3])
	}
	if m := termAlone.FindStringSubmatch(text); m != nil {
		return term(m[1])
	}
	return nil, unsupported(text)
}

func unsupported(text string) error {
	return invalid("The simulated Google Cloud doesn't support this expression: %s", text)
}

// withoutTexts blanks out what is in quotes.
func withoutTexts(text string) string {
	var b strings.Builder
	quote := byte(0)
	for i := range len(text) {
		switch c := text[i]; {
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
			b.WriteByte(c)
		case quote != 0 && c == quote:
			quote = 0
			b.WriteByte(c)
		case quote != 0:
			b.WriteByte('.')
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func compare(operator, left, right string) (expression, error) {
	l, err := term(left)
	if err != nil {
		return nil, err
	}
	r, err := term(right)
	return comparison{operator, l, r}, err
}

func term(text string) (expression, error) {
	if text[0] == '\'' || text[0] == '"' {
		return literal(text[1 : len(text)-1]), nil
	}
	if !attributesKnown[text] {
		return nil, invalid("The attribute %s doesn't exist.", text)
	}
	return attribute(text), nil
}
