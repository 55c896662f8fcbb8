package views

// answerHeading says what the questions are about.
func answerHeading(p AnswerQuestion) string {
	if len(p.Questions) == 1 {
		return "Question about " + p.Label
	}
	return "Questions about " + p.Label
}
