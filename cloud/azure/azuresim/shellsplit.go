package azuresim

import "strings"

// shellLine is one command as typed and as the shell understands it.
type shellLine struct {
	source string
	words  []string
}

// shellSplitter cuts pasted text into commands as bash does: single and double
// quotes, backslashes, a backslash at the end of a line to go on in the next,
// and comments. What it cannot do it refuses.
type shellSplitter struct {
	text  string
	at    int
	begin int // where the current command starts
	word  strings.Builder
	open  bool // a word is being read, if only an empty quoted one
	words []string
	lines []shellLine
}

// splitShell reads the whole text.
func splitShell(text string) ([]shellLine, error) {
	s := &shellSplitter{text: strings.ReplaceAll(text, "\r\n", "\n")}
	for s.at < len(s.text) {
		if err := s.step(); err != nil {
			return nil, err
		}
	}
	s.endLine(s.at)
	return s.lines, nil
}

// step reads one character outside quotes with what belongs to it.
func (s *shellSplitter) step() error {
	switch c := s.next(); c {
	case ' ', '\t':
		s.endWord()
	case '\n':
		s.endLine(s.at - 1)
	case '\'':
		return s.single()
	case '"':
		return s.double()
	case '\\':
		s.escape()
	case '#':
		if s.open {
			s.add(c)
		} else {
			s.comment()
		}
	case '$', '`':
		return refuseVariable()
	case ';', '|', '&', '<', '>', '(', ')':
		return refuse("The character %c outside quotes is not simulated. Paste the commands one to a line.", c)
	default:
		s.add(c)
	}
	return nil
}

// single reads up to the closing quote; nothing is special in between.
func (s *shellSplitter) single() error {
	end := strings.IndexByte(s.text[s.at:], '\'')
	if end < 0 {
		return refuseOpenQuote()
	}
	s.open = true
	s.word.WriteString(s.text[s.at : s.at+end])
	s.at += end + 1
	return nil
}

// double reads up to the closing quote; a backslash frees five characters.
func (s *shellSplitter) double() error {
	s.open = true
	for s.at < len(s.text) {
		switch c := s.next(); c {
		case '"':
			return nil
		case '$', '`':
			return refuseVariable()
		case '\\':
			switch {
			case s.at == len(s.text):
				return refuseOpenQuote()
			case strings.IndexByte("\"\\$`", s.text[s.at]) >= 0:
				s.add(s.next())
			case s.text[s.at] == '\n':
				s.at++
			default:
				s.add(c)
			}
		default:
			s.add(c)
		}
	}
	return refuseOpenQuote()
}

// escape reads what follows a backslash outside quotes.
func (s *shellSplitter) escape() {
	if s.at == len(s.text) {
		return
	}
	if c := s.next(); c != '\n' {
		s.add(c)
	}
}

// comment skips to the end of the line.
func (s *shellSplitter) comment() {
	end := strings.IndexByte(s.text[s.at:], '\n')
	if end < 0 {
		end = len(s.text) - s.at
	}
	s.at += end
}

func (s *shellSplitter) next() byte {
	c := s.text[s.at]
	s.at++
	return c
}

func (s *shellSplitter) add(c byte) {
	s.open = true
	s.word.WriteByte(c)
}

func (s *shellSplitter) endWord() {
	if s.open {
		s.words = append(s.words, s.word.String())
	}
	s.word.Reset()
	s.open = false
}

func (s *shellSplitter) endLine(end int) {
	s.endWord()
	if len(s.words) > 0 {
		s.lines = append(s.lines, shellLine{source: strings.TrimSpace(s.text[s.begin:end]), words: s.words})
	}
	s.words = nil
	s.begin = end
}

func refuseOpenQuote() error {
	return refuse("A quotation mark isn't closed. Copy the complete command, including its last character.")
}

func refuseVariable() error {
	return refuse("Variables and $(…) are not simulated. Put the value itself in their place, or use single quotes.")
}
