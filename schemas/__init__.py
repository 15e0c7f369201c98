"""What is said: messages of the standard as frozen values, numbers, money, XML in and out."""
