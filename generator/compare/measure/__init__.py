"""Really run the managers' verbs, one at a time and in turns, and write down what each took."""
